using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Buildx.Client;

namespace Buildx.Drivers.Docker;

/// <summary>
/// The Docker Engine's HTTP API (<see href="https://docs.docker.com/reference/api/engine/"/>), as far as builders need it. Paths have
/// no version, so that each engine answers in its own newest.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Idle connections are dropped by themselves, and a driver lives as long as its command.")]
public sealed class DockerApi
{
    // The API of Docker 18.09.
    private static readonly Version FirstWithBuildkit = new(1, 39);

    private readonly DockerHost _host;
    private readonly HttpClient _client;

    public DockerApi(DockerHost host)
    {
        _host = host;
        _client = host.CreateClient();
    }

    public string Address => _host.Url;

    /// <summary>Whether an engine with a BuildKit answers.</summary>
    /// <returns>Null when one does, else why not.</returns>
    public async Task<string?> FindProblemAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try
        {
            using var response = await RequestAsync(HttpMethod.Get, "/_ping", null, null, limit.Token);
            var system = response.Headers.TryGetValues("OSType", out var types) ? types.First() : "linux";
            var version = response.Headers.TryGetValues("API-Version", out var versions) && Version.TryParse(versions.First(), out var parsed) ? parsed : null;
            return !response.IsSuccessStatusCode ? $"what answers at {Address} says {(int)response.StatusCode}"
                : version is null ? $"what answers at {Address} is no Docker Engine"
                : version < FirstWithBuildkit ? $"the Docker Engine at {Address} is too old to have a BuildKit"
                : system != "linux" ? $"the Docker Engine at {Address} is for {system}, where it has no BuildKit"
                : null;
        }
        catch (DriverException e)
        {
            return e.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"no Docker Engine answers at {Address} within {patience.TotalSeconds:0} seconds";
        }
    }

    /// <summary>What the engine says about itself (<c>GET /version</c>).</summary>
    public async Task<JsonNode> GetVersionAsync(CancellationToken cancellationToken) => await GetAsync("/version", cancellationToken);

    public async Task<JsonNode> GetInfoAsync(CancellationToken cancellationToken) => await GetAsync("/info", cancellationToken);

    /// <returns>Null when there is no such container.</returns>
    public async Task<JsonNode?> FindContainerAsync(string name, CancellationToken cancellationToken) =>
        await FindAsync($"/containers/{Escape(name)}/json", cancellationToken);

    /// <returns>Null when the engine has no such image.</returns>
    public async Task<JsonNode?> FindImageAsync(string name, CancellationToken cancellationToken) =>
        await FindAsync($"/images/{Escape(name)}/json", cancellationToken);

    /// <param name="authentication">The header <c>X-Registry-Auth</c>; null for none.</param>
    public async Task PullAsync(string image, string? authentication, CancellationToken cancellationToken) =>
        await FollowAsync($"/images/create?fromImage={Escape(image)}", authentication, cancellationToken);

    public async Task PushAsync(string repository, string tag, string? authentication, CancellationToken cancellationToken) =>
        // Without credentials too, the engine wants to see the header.
        await FollowAsync($"/images/{repository}/push?tag={Escape(tag)}", authentication ?? Convert.ToBase64String("{}"u8), cancellationToken);

    /// <returns>False when there is one of that name already.</returns>
    public async Task<bool> CreateContainerAsync(string name, JsonObject configuration, CancellationToken cancellationToken)
    {
        using var content = Json(configuration);
        using var response = await RequestAsync(HttpMethod.Post, $"/containers/create?name={Escape(name)}", content, null, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Conflict)
            return false;
        await ThrowIfFailedAsync(response, cancellationToken);
        return true;
    }

    public async Task StartContainerAsync(string name, CancellationToken cancellationToken) => await PostAsync($"/containers/{Escape(name)}/start", null, cancellationToken);

    public async Task StopContainerAsync(string name, CancellationToken cancellationToken) => await PostAsync($"/containers/{Escape(name)}/stop", null, cancellationToken);

    /// <summary>By force, and whether or not it is there.</summary>
    public async Task RemoveContainerAsync(string name, CancellationToken cancellationToken) =>
        await DeleteAsync($"/containers/{Escape(name)}?v=1&force=1", cancellationToken);

    /// <inheritdoc cref="RemoveContainerAsync"/>
    public async Task RemoveVolumeAsync(string name, CancellationToken cancellationToken) => await DeleteAsync($"/volumes/{Escape(name)}?force=1", cancellationToken);

    /// <summary>Unpacks an archive in a container.</summary>
    public async Task CopyToContainerAsync(string name, string directory, Stream archive, CancellationToken cancellationToken)
    {
        using var content = new StreamContent(archive);
        content.Headers.ContentType = new("application/x-tar");
        await SendAsync(HttpMethod.Put, $"/containers/{Escape(name)}/archive?path={Escape(directory)}", content, null, cancellationToken);
    }

    /// <summary>What a container has written lately.</summary>
    public async Task<string> GetLogAsync(string name, int lines, CancellationToken cancellationToken)
    {
        using var response = await RequestAsync(HttpMethod.Get, $"/containers/{Escape(name)}/logs?stdout=1&stderr=1&tail={lines}", null, null, cancellationToken);
        if (!response.IsSuccessStatusCode)
            return "";
        var (output, errors) = await ContainerStreams.ReadAllAsync(await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken);
        return output + errors;
    }

    /// <summary>Starts a program in a running container; the stream reads what it writes, and writes what it reads.</summary>
    public async Task<(string Id, Stream Stream)> ExecuteAsync(string container, IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var created = await PostAsync($"/containers/{Escape(container)}/exec", new JsonObject
        {
            ["AttachStdin"] = true,
            ["AttachStdout"] = true,
            ["AttachStderr"] = true,
            ["Cmd"] = new JsonArray([.. command.Select(word => (JsonNode)word)]),
        }, cancellationToken);
        var id = (string?)created?["Id"] ?? throw new DriverException($"the Docker Engine at {Address} gives a started program no id");
        var stream = await HttpUpgrade.OpenAsync(_host.ConnectAsync, Address, $"/exec/{id}/start", "tcp", [], """{"Detach":false,"Tty":false}""", cancellationToken);
        return (id, stream);
    }

    /// <summary>Runs a program in a container to its end.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> RunAsync(string container, IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var (id, stream) = await ExecuteAsync(container, command, cancellationToken);
        await using (stream)
        {
            var (output, errors) = await ContainerStreams.ReadAllAsync(stream, cancellationToken);
            var state = await GetAsync($"/exec/{id}/json", cancellationToken);
            return ((int?)state["ExitCode"] ?? -1, output, errors);
        }
    }

    private async Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken) =>
        await FindAsync(path, cancellationToken) ?? throw new DriverException($"the Docker Engine at {Address} does not know {path}");

    private async Task<JsonNode?> FindAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await RequestAsync(HttpMethod.Get, path, null, null, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;
        await ThrowIfFailedAsync(response, cancellationToken);
        return await ReadAsync(response, cancellationToken);
    }

    private async Task<JsonNode?> PostAsync(string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var content = body is null ? null : Json(body);
        return await SendAsync(HttpMethod.Post, path, content, null, cancellationToken);
    }

    private async Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await RequestAsync(HttpMethod.Delete, path, null, null, cancellationToken);
        if (response.StatusCode != HttpStatusCode.NotFound)
            await ThrowIfFailedAsync(response, cancellationToken);
    }

    /// <summary>Progress comes as lines of JSON; one of them may be an error.</summary>
    private async Task FollowAsync(string path, string? authentication, CancellationToken cancellationToken)
    {
        using var response = await RequestAsync(HttpMethod.Post, path, null, authentication, cancellationToken);
        await ThrowIfFailedAsync(response, cancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Contains("\"error\"", StringComparison.Ordinal) && (string?)Parse(line)?["error"] is { } error)
                throw new DriverException($"the Docker Engine at {Address}: {error}");
        }
    }

    private async Task<JsonNode?> SendAsync(HttpMethod method, string path, HttpContent? content, string? authentication, CancellationToken cancellationToken)
    {
        using var response = await RequestAsync(method, path, content, authentication, cancellationToken);
        await ThrowIfFailedAsync(response, cancellationToken);
        return await ReadAsync(response, cancellationToken);
    }

    private async Task<HttpResponseMessage> RequestAsync(
        HttpMethod method, string path, HttpContent? content, string? authentication, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
        if (authentication is not null)
            request.Headers.Add("X-Registry-Auth", authentication);
        try
        {
            return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw new DriverException($"no Docker Engine answers at {Address} ({_host.WhyUnreachable(e)})", e);
        }
    }

    private async Task ThrowIfFailedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotModified)
            return;
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        throw new DriverException($"the Docker Engine at {Address}: {(string?)Parse(text)?["message"] ?? $"it answers {(int)response.StatusCode}"}");
    }

    private static async Task<JsonNode?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        Parse(await response.Content.ReadAsStringAsync(cancellationToken));

    private static JsonNode? Parse(string text)
    {
        try
        {
            return text.Length == 0 ? null : JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static StringContent Json(JsonObject body) => new(body.ToJsonString(), Encoding.UTF8, "application/json");

    private static string Escape(string text) => Uri.EscapeDataString(text);
}
