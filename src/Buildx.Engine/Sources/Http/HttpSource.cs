using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Buildx.Engine.Operations.Exec;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Linux;
using Buildx.Oci;
using Buildx.Protocol.Sessions;

namespace Buildx.Engine.Sources.Http;

/// <summary>Files of web servers, each alone in a tree.</summary>
/// <param name="answers">What is remembered of servers' answers.</param>
internal sealed class HttpSource(IStorage storage, HttpAnswers answers) : IDisposable
{
    private const int MaximumRedirects = 10;
    private const int BufferSize = 128 << 10;

    // A large file may take its time; a server that says nothing at all may not.
    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        MaxAutomaticRedirections = MaximumRedirects,
        ConnectTimeout = TimeSpan.FromSeconds(30),
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        UseCookies = false,
        ActivityHeadersPropagator = null,
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>
    /// What the URL has now. Brings the file unless its digest is given, or the server says that it is the one which
    /// <paramref name="find"/> still has.
    /// </summary>
    /// <returns>With the tree, if it had to be brought, or was there.</returns>
    /// <exception cref="SourceException">The server doesn't give it, or gives something else than expected.</exception>
    public async Task<(HttpFile File, Snapshot? Tree)> ResolveAsync(
        HttpSourceRequest request, BuildContext build, IVertexProgress? progress, Func<Digest, Snapshot?> find, CancellationToken cancellationToken)
    {
        if (request.Checksum is { } checksum)
            return (new HttpFile(HttpFileName.Of(request, null), checksum, null), null);
        var question = request.QuestionKey();
        var (known, tree) = Recall(request, question, find);
        using var response = await SendAsync(request, known?.Tag, build, cancellationToken);
        if (known is not null && tree is not null && IsUnchanged(response, known))
            return (ToFile(known), tree);
        var (file, downloaded) = await SaveAsync(request, response, null, progress, cancellationToken);
        if (TagOf(response) is { Length: > 0 } tag)
            answers.Remember(question, new HttpAnswer(tag, file.Name, file.Content.Value, file.Modified?.ToUnixTimeSeconds()));
        else
            answers.Forget(question);
        return (file, downloaded);
    }

    /// <summary>Brings a file whose digest is known.</summary>
    /// <exception cref="SourceException">The server doesn't give it, or gives something else.</exception>
    public async Task<Snapshot> FetchAsync(
        HttpSourceRequest request, HttpFile file, BuildContext build, IVertexProgress? progress, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(request, null, build, cancellationToken);
        return (await SaveAsync(request, response, file, progress, cancellationToken)).Tree;
    }

    public void Dispose() => _client.Dispose();

    private (HttpAnswer? Known, Snapshot? Tree) Recall(HttpSourceRequest request, Digest question, Func<Digest, Snapshot?> find)
    {
        // Without the tree there is nothing to compare with.
        return answers.Find(question) is { } known && find(request.Identify(ToFile(known))) is { } tree ? (known, tree) : (null, null);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpSourceRequest request, string? knownTag, BuildContext build, CancellationToken cancellationToken)
    {
        if (request.IsUpload)
            return OpenUpload(request, build, cancellationToken);
        using var message = new HttpRequestMessage(HttpMethod.Get, request.Url);
        message.Headers.TryAddWithoutValidation("User-Agent", "buildx-dotnet");
        foreach (var (name, value) in request.Headers)
        {
            message.Headers.Remove(name);
            message.Headers.TryAddWithoutValidation(name, value);
        }
        if (await FindAuthorizationAsync(request, build, cancellationToken) is { } authorization)
            message.Headers.TryAddWithoutValidation("Authorization", authorization);
        if (knownTag is not null)
            message.Headers.TryAddWithoutValidation("If-None-Match", knownTag);
        HttpResponseMessage response;
        try
        {
            response = await _client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw new SourceException($"cannot download {request}: {e.InnerException?.Message ?? e.Message}", e);
        }
        if (response.IsSuccessStatusCode || (response.StatusCode == HttpStatusCode.NotModified && knownTag is not null))
            return response;
        using (response)
            throw new SourceException($"cannot download {request}: {Explain(request, response)}");
    }

    private static HttpResponseMessage OpenUpload(HttpSourceRequest request, BuildContext build, CancellationToken cancellationToken)
    {
        var session = build.Sessions.FirstOrDefault(session => !session.Closed.IsCancellationRequested && session.Supports(SessionStreams.UploadMethod))
            ?? throw new SourceException("the client that sends the build context is not connected any more");
        return new HttpResponseMessage { Content = new StreamContent(SessionStreams.OpenUpload(session.Invoker, request.Url, cancellationToken)) };
    }

    private static string Explain(HttpSourceRequest request, HttpResponseMessage response)
    {
        var status = $"the server answered {(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd();
        return response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
            ? $"{status}; a login is taken from the secret {request.AuthHeaderSecret ?? $"HTTP_AUTH_TOKEN_{request.Url.Host} or HTTP_AUTH_HEADER_{request.Url.Host}"}"
            : status;
    }

    private static async Task<string?> FindAuthorizationAsync(HttpSourceRequest request, BuildContext build, CancellationToken cancellationToken)
    {
        if (request.AuthHeaderSecret is { } name)
            return await ReadAsync(name, isOptional: false);
        if (await ReadAsync("HTTP_AUTH_TOKEN_" + request.Url.Host, isOptional: true) is { } token)
            return "Bearer " + token;
        if (await ReadAsync("HTTP_AUTH_HEADER_" + request.Url.Host, isOptional: true) is { } header)
            return header;
        return request.Url.UserInfo is { Length: > 0 } user
            ? "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(user.Contains(':') ? user : user + ":")))
            : null;

        async Task<string?> ReadAsync(string secret, bool isOptional)
        {
            if (await StepSecrets.GetAsync(build, secret, isOptional, cancellationToken) is not { } value)
                return null;
            var text = Encoding.UTF8.GetString(value).Trim();
            return text.Any(char.IsControl) ? throw new SourceException($"secret {secret}: it has several lines, so it can't be sent to a server") : text;
        }
    }

    // Some servers send everything again, and the same tag with it.
    private static bool IsUnchanged(HttpResponseMessage response, HttpAnswer known) =>
        response.StatusCode == HttpStatusCode.NotModified ? TagOf(response) is "" || TagOf(response) == known.Tag : TagOf(response) == known.Tag;

    private static string TagOf(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("ETag", out var values) && values.ToString() is { } tag
            ? tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag
            : "";

    private static HttpFile ToFile(HttpAnswer answer) => new(
        answer.Name, Digest.Parse(answer.Content), answer.Modified is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null);

    private async Task<(HttpFile File, Snapshot Tree)> SaveAsync(
        HttpSourceRequest request, HttpResponseMessage response, HttpFile? expected, IVertexProgress? progress, CancellationToken cancellationToken)
    {
        if (response.StatusCode == HttpStatusCode.NotModified)
            throw new SourceException($"cannot download {request}: the server says that it has not changed, but names another version");
        var name = expected?.Name ?? HttpFileName.Of(request, response.Content.Headers);
        var modified = response.Content.Headers.LastModified;
        await using var tree = await storage.Layers.MountWritableAsync(Snapshot.Empty, null, cancellationToken);
        using var directory = FileSystem.OpenDirectory(tree.Path);
        Digest content;
        using (var file = FileSystem.OpenAt(directory, name, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, 0x180))
        {
            content = await DownloadAsync(request, response, file, expected?.Content.Algorithm ?? "sha256", progress, cancellationToken);
            if (expected is not null && content != expected.Content)
                throw new SourceException($"{request} has the digest {content}, which is not the expected {expected.Content}");
            FileSystem.ChangeOwner(file, request.UserId, request.GroupId);
            FileSystem.ChangeMode(file, request.Permissions);
            var time = FileTime.From(modified ?? DateTimeOffset.UnixEpoch);
            FileSystem.SetTimes(file, time, time);
        }
        var layer = await tree.CommitAsync(cancellationToken);
        return (new HttpFile(name, content, modified), Snapshot.Empty.Append(layer));
    }

    private static async Task<Digest> DownloadAsync(
        HttpSourceRequest request, HttpResponseMessage response, Microsoft.Win32.SafeHandles.SafeFileHandle file, string algorithm,
        IVertexProgress? progress, CancellationToken cancellationToken)
    {
        using var status = progress?.StartStatus(request.ToString(), $"downloading {request}", response.Content.Headers.ContentLength ?? 0);
        using var hash = IncrementalHash.CreateHash(algorithm switch
        {
            "sha384" => HashAlgorithmName.SHA384,
            "sha512" => HashAlgorithmName.SHA512,
            _ => HashAlgorithmName.SHA256,
        });
        var buffer = new byte[BufferSize];
        long received = 0;
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            while (await stream.ReadAsync(buffer, cancellationToken) is var count and > 0)
            {
                hash.AppendData(buffer, 0, count);
                FileSystem.Write(file, buffer.AsSpan(0, count));
                status?.Update(received += count, response.Content.Headers.ContentLength ?? 0);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new SourceException($"cannot download {request}: the connection broke after {received} bytes: {e.Message}", e);
        }
        return Digest.Parse($"{algorithm}:{Convert.ToHexStringLower(hash.GetHashAndReset())}");
    }
}
