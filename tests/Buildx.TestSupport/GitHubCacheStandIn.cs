using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Buildx.TestSupport;

/// <summary>
/// A stand-in for GitHub's cache service, which can't be had outside of GitHub: both versions of its API, the store behind the second
/// one, and the list of a repository's caches. It follows <see href="https://github.com/tonistiigi/go-actions-cache/blob/master/api.md"/>
/// and refuses whatever is not as that says; what it refused is in <see cref="Violations"/>.
/// </summary>
public sealed partial class GitHubCacheStandIn : IDisposable
{
    public const string ApiToken = "token-of-the-public-api";
    public const string Repository = "owner/project";

    private const string FirstAccept = "application/json;api-version=6.0-preview.1";

    private readonly HttpListener _listener;
    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];
    private readonly List<string> _violations = [];
    private readonly List<string> _calls = [];
    private readonly string _signature = Guid.NewGuid().ToString("n");

    public GitHubCacheStandIn()
    {
        _listener = LoopbackListener.Start(out var host);
        Host = host;
        Token = CreateToken(DateTimeOffset.UtcNow.AddHours(1), ("refs/heads/topic", 3), ("refs/heads/main", 1));
        _ = ServeAsync();
    }

    public string Host { get; }

    /// <summary>With something before the API's own path, as GitHub has it.</summary>
    public string Url => $"http://{Host}/runner-7f/";

    /// <summary>Of a job on branch <c>topic</c>, which may read <c>main</c>'s caches too.</summary>
    public string Token { get; }

    public IReadOnlyList<string> Violations
    {
        get
        {
            lock (_lock)
                return [.. _violations];
        }
    }

    /// <summary>Names of the calls until now.</summary>
    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_lock)
                return [.. _calls];
        }
    }

    /// <summary>Keys of complete entries.</summary>
    public IReadOnlyList<string> Keys
    {
        get
        {
            lock (_lock)
                return [.. _entries.Where(entry => entry.IsComplete).Select(entry => entry.Key)];
        }
    }

    /// <summary>How many of the next calls are answered that there were too many.</summary>
    public int Throttled { get; set; }

    /// <summary>A token as a job has it; nobody verifies its signature.</summary>
    public static string CreateToken(DateTimeOffset expires, params ReadOnlySpan<(string Scope, int Permission)> scopes)
    {
        var access = new JsonArray();
        foreach (var (scope, permission) in scopes)
            access.Add(new JsonObject { ["Scope"] = scope, ["Permission"] = permission });
        var claims = new JsonObject
        {
            ["nbf"] = DateTimeOffset.UtcNow.AddMinutes(-1).ToUnixTimeSeconds(),
            ["exp"] = expires.ToUnixTimeSeconds(),
            ["ac"] = access.ToJsonString(),
        };
        return $"{Encode("{\"alg\":\"RS256\",\"typ\":\"JWT\"}")}.{Encode(claims.ToJsonString())}.{Encode("no signature")}";
    }

    /// <summary>An entry that somebody has begun and will never complete.</summary>
    public void Abandon(string key)
    {
        lock (_lock)
            _entries.Add(new Entry(_entries.Count + 1, key, ""));
    }

    public void Dispose() => _listener.Close();

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private async Task ServeAsync()
    {
        while (await _listener.NextAsync() is { } context)
            _ = Task.Run(() => AnswerAsync(context));
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            Reply reply;
            lock (_lock)
                reply = Handle(context.Request, body.ToArray());
            context.Response.StatusCode = reply.Status;
            foreach (var (name, value) in reply.Headers)
                context.Response.Headers[name] = value;
            if (context.Request.HttpMethod != "HEAD")
            {
                context.Response.ContentLength64 = reply.Body.Length;
                await context.Response.OutputStream.WriteAsync(reply.Body);
            }
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
        {
            // The client has gone.
        }
    }

    private Reply Handle(HttpListenerRequest request, byte[] body)
    {
        var path = request.Url!.AbsolutePath;
        try
        {
            if (Throttled > 0 && path.StartsWith("/runner-7f/", StringComparison.Ordinal))
            {
                Throttled--;
                return new Reply(429, "{\"message\":\"slow down\"}", ("Retry-After", "1"));
            }
            if (path.StartsWith("/runner-7f/_apis/artifactcache/", StringComparison.Ordinal))
                return HandleFirst(request, path["/runner-7f/_apis/artifactcache/".Length..], body);
            if (path.StartsWith("/runner-7f/twirp/github.actions.results.api.v1.CacheService/", StringComparison.Ordinal))
                return HandleSecond(request, path[(path.LastIndexOf('/') + 1)..], body);
            if (path.StartsWith("/store/", StringComparison.Ordinal))
                return HandleStore(request, int.Parse(path["/store/".Length..], CultureInfo.InvariantCulture), body);
            if (path == $"/repos/{Repository}/actions/caches")
                return HandleList(request);
            throw new ViolationException($"no such path {path}");
        }
        catch (Exception e) when (e is ViolationException or JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            _violations.Add($"{request.HttpMethod} {path}: {e.Message}");
            return new Reply(400, "{\"message\":\"not as the API says\"}");
        }
    }

    private Reply HandleFirst(HttpListenerRequest request, string path, byte[] body)
    {
        _calls.Add($"{request.HttpMethod} {path}");
        Require(request.Headers["Authorization"] == $"Bearer {Token}", "the token is not the job's");
        Require(request.Headers["Accept"] == FirstAccept, $"Accept is {request.Headers["Accept"]}");
        Require(!string.IsNullOrEmpty(request.UserAgent), "no user agent");
        switch (request.HttpMethod, path)
        {
            case ("GET", "cache"):
                var found = Find(request.QueryString["keys"]!.Split(','), request.QueryString["version"]!);
                return found is null ? new Reply(204, "") : Json(new JsonObject { ["cacheKey"] = found.Key, ["scope"] = "refs/heads/topic", ["archiveLocation"] = StoreUrl(found) });
            case ("POST", "caches"):
                RequireJson(request);
                var question = JsonNode.Parse(body)!;
                return Reserve(question) is { } reserved
                    ? Json(new JsonObject { ["cacheId"] = reserved.Id }, 201)
                    // GitHub really begins these with a byte order mark.
                    : new Reply(409, "\uFEFF{\"message\":\"Cache already exists.\",\"typeKey\":\"ArtifactCacheItemAlreadyExistsException\"}");
            case ("PATCH", _) when IdOf(path) is { } id:
                Require(request.ContentType == "application/octet-stream", $"content is {request.ContentType}");
                var range = Range().Match(request.Headers["Content-Range"] ?? "");
                Require(range.Success, $"Content-Range is {request.Headers["Content-Range"]}");
                var (from, to) = (long.Parse(range.Groups[1].Value, CultureInfo.InvariantCulture), long.Parse(range.Groups[2].Value, CultureInfo.InvariantCulture));
                Require(to - from + 1 == body.Length, $"{body.Length} bytes for range {range.Value}");
                Open(id).Write(from, body);
                return new Reply(204, "");
            case ("POST", _) when IdOf(path) is { } id:
                RequireJson(request);
                Open(id).Complete(JsonNode.Parse(body)!["size"]!.GetValue<long>());
                return new Reply(204, "");
            default:
                throw new ViolationException("no such call");
        }
    }

    private Reply HandleSecond(HttpListenerRequest request, string call, byte[] body)
    {
        _calls.Add(call);
        Require(request.HttpMethod == "POST", "not POST");
        Require(request.Headers["Authorization"] == $"Bearer {Token}", "the token is not the job's");
        Require(!string.IsNullOrEmpty(request.UserAgent), "no user agent");
        RequireJson(request);
        var question = JsonNode.Parse(body)!;
        switch (call)
        {
            case "CreateCacheEntry":
                return Reserve(question) is { } reserved
                    ? Json(new JsonObject { ["ok"] = true, ["signed_upload_url"] = StoreUrl(reserved) })
                    : new Reply(409, "{\"code\":\"already_exists\",\"msg\":\"cache entry with the same key, version, and scope already exists\"}");
            case "FinalizeCacheEntryUpload":
                var open = _entries.Single(entry => entry.Key == Text(question, "key") && !entry.IsComplete);
                Require(Text(question, "version") == open.Version, "another version than before");
                open.Complete(question["size_bytes"]!.GetValue<long>());
                return Json(new JsonObject { ["ok"] = true, ["entry_id"] = open.Id.ToString(CultureInfo.InvariantCulture) });
            case "GetCacheEntryDownloadURL":
                var keys = new[] { Text(question, "key") }.Concat(question["restore_keys"]!.AsArray().Select(key => key!.GetValue<string>()));
                return Find([.. keys.Distinct()], Text(question, "version")) is { } found
                    ? Json(new JsonObject { ["ok"] = true, ["signed_download_url"] = StoreUrl(found), ["matched_key"] = found.Key })
                    : Json(new JsonObject { ["ok"] = false, ["signed_download_url"] = "", ["matched_key"] = "" });
            default:
                throw new ViolationException("no such call");
        }
    }

    private Reply HandleStore(HttpListenerRequest request, int id, byte[] body)
    {
        var entry = _entries[id - 1];
        Require(request.Headers["Authorization"] is null, "credentials are sent to a signed address");
        if (request.QueryString["sig"] != _signature)
            return new Reply(403, "<Error><Code>AuthenticationFailed</Code></Error>", ("x-ms-error-code", "AuthenticationFailed"));
        if (request.HttpMethod == "GET")
        {
            Require(entry.IsComplete, "it is not complete");
            return Read(entry, request.Headers["Range"] ?? request.Headers["x-ms-range"]);
        }
        Require(request.HttpMethod == "PUT" && !entry.IsComplete, "it can't be written");
        Require(!string.IsNullOrEmpty(request.Headers["x-ms-version"]), "no x-ms-version");
        switch (request.QueryString["comp"])
        {
            case null:
                Require(request.Headers["x-ms-blob-type"] == "BlockBlob", "no block blob");
                entry.Content = body;
                break;
            case "block":
                entry.Blocks[request.QueryString["blockid"]!] = body;
                break;
            case "blocklist":
                entry.Content = [.. Block().Matches(Encoding.UTF8.GetString(body)).SelectMany(match => entry.Blocks[match.Groups[1].Value])];
                break;
            default:
                throw new ViolationException("no such call of the store");
        }
        return new Reply(201, "", ("ETag", "\"1\""), ("Last-Modified", DateTimeOffset.UtcNow.ToString("R", CultureInfo.InvariantCulture)), ("x-ms-request-id", "1"), ("x-ms-version", "2021-12-02"));
    }

    private static Reply Read(Entry entry, string? range)
    {
        (string, string)[] headers = [("ETag", "\"1\""), ("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT"), ("x-ms-request-id", "1"), ("x-ms-blob-type", "BlockBlob")];
        if (range is null)
            return new Reply(200, entry.Content, headers);
        var bounds = range["bytes=".Length..].Split('-');
        var from = int.Parse(bounds[0], CultureInfo.InvariantCulture);
        var to = bounds[1].Length > 0 ? Math.Min(int.Parse(bounds[1], CultureInfo.InvariantCulture), entry.Content.Length - 1) : entry.Content.Length - 1;
        return new Reply(206, entry.Content[from..(to + 1)], [.. headers, ("Content-Range", $"bytes {from}-{to}/{entry.Content.Length}")]);
    }

    private Reply HandleList(HttpListenerRequest request)
    {
        _calls.Add("list");
        Require(request.Headers["Authorization"] == $"Bearer {ApiToken}", "the token is not the API's");
        Require(request.Headers["Accept"] == "application/vnd.github+json", $"Accept is {request.Headers["Accept"]}");
        var found = request.QueryString["ref"] != "refs/heads/topic" ? [] : _entries.Where(entry => entry.IsComplete && entry.Key.StartsWith(request.QueryString["key"]!, StringComparison.Ordinal)).ToList();
        var (page, size) = (int.Parse(request.QueryString["page"]!, CultureInfo.InvariantCulture), int.Parse(request.QueryString["per_page"]!, CultureInfo.InvariantCulture));
        var list = new JsonArray([.. found.Skip((page - 1) * size).Take(size).Select(entry => new JsonObject { ["id"] = entry.Id, ["key"] = entry.Key })]);
        return Json(new JsonObject { ["total_count"] = found.Count, ["actions_caches"] = list });
    }

    private Entry? Find(IReadOnlyList<string> keys, string version)
    {
        RequireVersion(version);
        return keys.Select(key => _entries.LastOrDefault(entry => entry.IsComplete && entry.Version == version && entry.Key.StartsWith(key, StringComparison.Ordinal)))
            .FirstOrDefault(entry => entry is not null);
    }

    private Entry? Reserve(JsonNode question)
    {
        var (key, version) = (Text(question, "key"), Text(question, "version"));
        RequireVersion(version);
        Require(key.Length is > 0 and <= 512 && !key.Contains(','), $"the key {key} is not allowed");
        if (_entries.Exists(entry => entry.Key == key))
            return null;
        _entries.Add(new Entry(_entries.Count + 1, key, version));
        return _entries[^1];
    }

    private Entry Open(int id)
    {
        Require(id >= 1 && id <= _entries.Count && !_entries[id - 1].IsComplete, $"{id} is not reserved");
        return _entries[id - 1];
    }

    private string StoreUrl(Entry entry) => $"http://{Host}/store/{entry.Id}?sig={_signature}";

    private static int? IdOf(string path) =>
        path.StartsWith("caches/", StringComparison.Ordinal) && int.TryParse(path["caches/".Length..], CultureInfo.InvariantCulture, out var id) ? id : null;

    private static string Text(JsonNode node, string name) => node[name]?.GetValue<string>() ?? throw new ViolationException($"{name} is missing");

    private static void RequireJson(HttpListenerRequest request) => Require(request.ContentType == "application/json", $"content is {request.ContentType}");

    private static void RequireVersion(string version) => Require(Hash().IsMatch(version), $"the version {version} is no hash");

    private static void Require(bool condition, string violation)
    {
        if (!condition)
            throw new ViolationException(violation);
    }

    private static Reply Json(JsonObject value, int status = 200) => new(status, value.ToJsonString(), ("Content-Type", "application/json"));

    [GeneratedRegex(@"^bytes (\d+)-(\d+)/\*$")]
    private static partial Regex Range();

    [GeneratedRegex("<Latest>([^<]+)</Latest>")]
    private static partial Regex Block();

    [GeneratedRegex("^[0-9a-f]{64}$")]
    private static partial Regex Hash();

    private sealed class Entry(int id, string key, string version)
    {
        private readonly SortedDictionary<long, byte[]> _parts = [];

        public int Id => id;

        public string Key => key;

        public string Version => version;

        public bool IsComplete { get; private set; }

        public byte[] Content { get; set; } = [];

        public Dictionary<string, byte[]> Blocks { get; } = [];

        public void Write(long from, byte[] part) => _parts[from] = part;

        public void Complete(long size)
        {
            if (_parts.Count > 0)
            {
                long at = 0;
                foreach (var (from, part) in _parts)
                {
                    Require(from == at, $"nothing came for byte {at}");
                    at += part.Length;
                }
                Content = [.. _parts.Values.SelectMany(part => part)];
            }
            Require(Content.Length == size, $"{Content.Length} bytes came, {size} were promised");
            IsComplete = true;
        }
    }

    private sealed record Reply(int Status, byte[] Body, params (string Name, string Value)[] Headers)
    {
        public Reply(int status, string body, params (string Name, string Value)[] headers)
            : this(status, Encoding.UTF8.GetBytes(body), headers)
        {
        }
    }

    private sealed class ViolationException(string message) : Exception(message);
}
