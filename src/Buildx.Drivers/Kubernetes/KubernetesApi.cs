using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Buildx.Drivers.Kubernetes.Access;

namespace Buildx.Drivers.Kubernetes;

/// <summary>
/// The API of a Kubernetes cluster (<see href="https://kubernetes.io/docs/reference/using-api/api-concepts/"/>), as far as builders
/// need it: objects by path, logs, and programs run in pods.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Idle connections are dropped by themselves, and a driver lives as long as its command.")]
internal sealed class KubernetesApi(ClusterAccess access)
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _opening = new(1);
    private HttpClient? _client;
    private ClusterUser _user = access.User;

    /// <summary>For messages.</summary>
    public string Address => access.Server.Authority;

    public string Namespace => access.Namespace;

    /// <summary>Credentials are for no other connection.</summary>
    private bool IsSecure => access.Server.Scheme == "https";

    /// <returns>Null when there is no such object.</returns>
    public async Task<JsonNode?> FindAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, path, null, cancellationToken);
        return response.StatusCode == HttpStatusCode.NotFound ? null : await ReadAsync(response, $"show {path}", cancellationToken);
    }

    /// <param name="query">E.g. <c>labelSelector=…</c>, escaped.</param>
    public async Task<IReadOnlyList<JsonNode>> ListAsync(string path, string query, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, $"{path}?{query}", null, cancellationToken);
        var list = await ReadAsync(response, $"list {path}", cancellationToken);
        return list?["items"] is JsonArray items ? [.. items.OfType<JsonNode>()] : [];
    }

    /// <summary>Makes an object of a collection.</summary>
    /// <returns>False when there is one of that name already.</returns>
    public async Task<bool> CreateAsync(string path, JsonObject value, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Post, path, value, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Conflict)
            return false;
        await ReadAsync(response, $"create {Describe(value)}", cancellationToken);
        return true;
    }

    public async Task ReplaceAsync(string path, JsonObject value, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Put, path, value, cancellationToken);
        await ReadAsync(response, $"replace {Describe(value)}", cancellationToken);
    }

    /// <summary>Whether or not it is there. What belongs to it goes with it.</summary>
    public async Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Delete, path + "?propagationPolicy=Background", null, cancellationToken);
        if (response.StatusCode != HttpStatusCode.NotFound)
            await ReadAsync(response, $"delete {path}", cancellationToken);
    }

    /// <summary>A text that is no object, e.g. a log; null when it can't be had.</summary>
    public async Task<string?> FindTextAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, path, null, cancellationToken);
        return response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync(cancellationToken) : null;
    }

    /// <summary>Starts a program in a pod; the stream reads what it writes, and writes what it reads.</summary>
    /// <param name="container">Null for the pod's first.</param>
    /// <exception cref="IOException">The cluster can't be reached, or refuses.</exception>
    public async Task<Stream> ExecuteAsync(string space, string pod, string? container, IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var query = new StringBuilder("stdin=true&stdout=true&stderr=true");
        if (container is not null)
            query.Append("&container=").Append(Uri.EscapeDataString(container));
        foreach (var word in command)
            query.Append("&command=").Append(Uri.EscapeDataString(word));
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        using var request = await CreateRequestAsync(HttpMethod.Get, $"/api/v1/namespaces/{space}/pods/{pod}/exec?{query}", cancellationToken);
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.Add(new ProductHeaderValue("websocket"));
        request.Headers.Add("Sec-WebSocket-Version", "13");
        request.Headers.Add("Sec-WebSocket-Key", key);
        request.Headers.Add("Sec-WebSocket-Protocol", string.Join(", ", PodStream.Protocols));
        HttpResponseMessage response;
        try
        {
            response = await _client!.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw new IOException(Unreachable(e), e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"the Kubernetes API at {Address} ({access.Source}) gives no answer", e);
        }
        if (response.StatusCode != HttpStatusCode.SwitchingProtocols)
        {
            using (response)
                throw new IOException($"pod {pod} at {Address}: {await ExplainAsync(response, $"run {command[0]} in pod {pod}", cancellationToken)}");
        }
        var protocol = response.Headers.TryGetValues("Sec-WebSocket-Protocol", out var chosen) ? chosen.FirstOrDefault() : null;
        if (!response.Headers.TryGetValues("Sec-WebSocket-Accept", out var accepted) || accepted.FirstOrDefault() != AcceptFor(key) || !PodStream.Protocols.Contains(protocol))
        {
            using (response)
                throw new IOException($"the Kubernetes API at {Address} does not run programs over WebSocket ({string.Join(", ", PodStream.Protocols)})");
        }
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        return new PodStream(WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { SubProtocol = protocol, KeepAliveInterval = TimeSpan.FromSeconds(30) }), $"{string.Join(' ', command)} in pod {pod}");
    }

    // RFC 6455 §4.2.2: the one hash that the handshake knows.
    [SuppressMessage("Security", "CA5350", Justification = "Not for security: it shows that the server speaks WebSocket.")]
    private static string AcceptFor(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));

    private static string Describe(JsonObject value) => $"{(string?)value["kind"]} {(string?)value["metadata"]?["name"]}";

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(RequestTimeout);
        try
        {
            using var request = await CreateRequestAsync(method, path, timeout.Token);
            if (body is not null)
                request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            return await _client!.SendAsync(request, timeout.Token);
        }
        catch (HttpRequestException e)
        {
            throw new DriverException(Unreachable(e), e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DriverException($"the Kubernetes API at {Address} ({access.Source}) gives no answer", e);
        }
    }

    private async Task<HttpRequestMessage> CreateRequestAsync(HttpMethod method, string path, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken);
        var request = new HttpRequestMessage(method, access.Server.AbsoluteUri.TrimEnd('/') + path);
        request.Headers.UserAgent.ParseAdd("buildx");
        request.Headers.Accept.ParseAdd("application/json, */*");
        if (!IsSecure)
            return request;
        var token = _user.TokenFile is { } file ? (await File.ReadAllTextAsync(file, cancellationToken)).Trim() : _user.Token;
        if (token is { Length: > 0 })
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        else if (_user.UserName is { } name)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{_user.Password}")));
        return request;
    }

    /// <summary>With the first request: credentials may take a program to get.</summary>
    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (_client is not null)
                return;
            if (IsSecure && _user.Program is { } program)
                _user = await program.RunAsync(access.Server, cancellationToken);
            _client = CreateClient();
        }
        finally
        {
            _opening.Release();
        }
    }

    private HttpClient CreateClient()
    {
        var handler = new SocketsHttpHandler { ConnectTimeout = ConnectTimeout, UseCookies = false, AllowAutoRedirect = false };
        if (access.Proxy is not null)
            handler.Proxy = new WebProxy(access.Proxy);
        var tls = handler.SslOptions;
        if (access.ServerName is not null)
            tls.TargetHost = access.ServerName;
        if (access.Authorities is { } authorities)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(authorities);
            tls.CertificateChainPolicy = policy;
        }
        if (access.SkipsVerification)
            SkipVerification(tls);
        if (_user.Certificate is { } certificate)
            tls.ClientCertificates = [certificate];
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    [SuppressMessage("Security", "CA5359", Justification = "The user's configuration says insecure-skip-tls-verify.")]
    private static void SkipVerification(SslClientAuthenticationOptions tls) => tls.RemoteCertificateValidationCallback = (_, _, _, _) => true;

    private async Task<JsonNode?> ReadAsync(HttpResponseMessage response, string doing, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
            throw new DriverException(await ExplainAsync(response, doing, cancellationToken));
        try
        {
            return await JsonNode.ParseAsync(await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
        }
        catch (JsonException e)
        {
            throw new DriverException($"what answers at {Address} ({access.Source}) is no Kubernetes API: its answer is no JSON", e);
        }
    }

    private async Task<string> ExplainAsync(HttpResponseMessage response, string doing, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        var reason = text.Trim();
        try
        {
            reason = (string?)JsonNode.Parse(text)?["message"] ?? reason;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
        }
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => $"the Kubernetes API at {Address} does not know who we are: the credentials of {access.Source} are not taken ({reason})",
            HttpStatusCode.Forbidden => $"the Kubernetes API at {Address} does not allow us to {doing}: {reason}; the role that builders need is in docs/drivers.md",
            var status => $"the Kubernetes API at {Address} can't {doing}: {(reason.Length > 0 ? reason : $"status {(int)status}")}",
        };
    }

    private string Unreachable(HttpRequestException e) => e.InnerException switch
    {
        AuthenticationException tls => $"the Kubernetes API at {Address} ({access.Source}) is not to be trusted: {tls.InnerException?.Message ?? tls.Message}",
        SocketException socket => $"no Kubernetes API answers at {Address} ({access.Source}): {socket.Message}",
        var other => $"the Kubernetes API at {Address} ({access.Source}) can't be reached: {other?.Message ?? e.Message}",
    };
}
