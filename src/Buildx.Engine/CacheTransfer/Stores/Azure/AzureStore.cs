using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer.Stores.Azure;

/// <summary>A container of Azure Blob Storage.</summary>
internal sealed class AzureStore : IObjectStore
{
    /// <summary>Azure's limit is 50,000.</summary>
    private const int MaximumBlocks = 45_000;

    private static readonly UriCreationOptions AsIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly AzureOptions _options;
    private readonly AzureSharedKey _signature;
    private readonly AzureErrors _errors;
    private readonly StoreClient _client;
    private readonly TimeProvider _time;
    private readonly Lazy<Task> _container;

    public AzureStore(AzureOptions options, HttpClient http, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _signature = new AzureSharedKey(options.Account, options.Key);
        _errors = new AzureErrors(options);
        _client = new StoreClient(http, Name, _errors, new StoreRetries(attempts: 4, TimeSpan.FromHours(1), together: false), time);
        _container = new Lazy<Task>(() => MakeContainerAsync(CancellationToken.None));
    }

    public string Name => _options.Name;

    public int Parallelism => 4;

    public Task<byte[]?> ReadAsync(string key, CancellationToken cancellationToken) =>
        _client.ReadObjectAsync(Request($"read {key}", HttpMethod.Get, key), "container", "ContainerNotFound", cancellationToken);

    public Task<Stream> OpenAsync(string key, long size, CancellationToken cancellationToken) =>
        _client.OpenObjectAsync(key, size, change => Request($"read {key}", HttpMethod.Get, key, change: change), cancellationToken);

    public async Task<bool> KeepAsync(string key, CancellationToken cancellationToken)
    {
        await _container.Value.WaitAsync(cancellationToken);
        var request = Request($"look for {key}", HttpMethod.Head, key) with { Answers = [HttpStatusCode.NotFound] };
        using var response = await _client.SendAsync(request, cancellationToken);
        return response.StatusCode != HttpStatusCode.NotFound;
    }

    public async Task WriteBlobAsync(string key, Descriptor blob, Func<CancellationToken, ValueTask<Stream>> open, CancellationToken cancellationToken)
    {
        await _container.Value.WaitAsync(cancellationToken);
        // Somebody else may have been faster.
        static void Once(HttpRequestMessage message) => message.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Any);
        if (blob.Size > _options.BlockSize)
        {
            await WriteInBlocksAsync(key, blob, open, Once, cancellationToken);
            return;
        }
        await PutAsync(key, async token => new StreamContent(await open(token)) { Headers = { ContentLength = blob.Size } }, Once, cancellationToken);
    }

    public async Task WriteAsync(string key, byte[] content, CancellationToken cancellationToken)
    {
        await _container.Value.WaitAsync(cancellationToken);
        await PutAsync(key, _ => ValueTask.FromResult<HttpContent>(new ByteArrayContent(content)), _ => { }, cancellationToken);
    }

    private async Task PutAsync(
        string key, Func<CancellationToken, ValueTask<HttpContent>> content, Action<HttpRequestMessage> change, CancellationToken cancellationToken)
    {
        var request = Request($"write {key}", HttpMethod.Put, key, content: content, change: message =>
        {
            message.Headers.TryAddWithoutValidation("x-ms-blob-type", "BlockBlob");
            change(message);
        });
        await SendAsync(request with { Answers = [HttpStatusCode.Conflict] }, cancellationToken);
    }

    private async Task WriteInBlocksAsync(
        string key, Descriptor blob, Func<CancellationToken, ValueTask<Stream>> open, Action<HttpRequestMessage> change, CancellationToken cancellationToken)
    {
        await using var stream = await open(cancellationToken);
        var buffer = new byte[Math.Min(Math.Max(_options.BlockSize, (blob.Size / MaximumBlocks) + 1), blob.Size)];
        var blocks = new List<string>();
        // Blocks of two uploads at the same time are not to be mixed up.
        var upload = Guid.NewGuid().ToString("n");
        long sent = 0;
        while (await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken) is > 0 and var length)
        {
            var id = Convert.ToBase64String(Encoding.ASCII.GetBytes($"{upload}{blocks.Count:D6}"));
            blocks.Add(id);
            await SendAsync(
                Request(
                    $"write {key}", HttpMethod.Put, key, $"comp=block&blockid={Uri.EscapeDataString(id)}", _ => ValueTask.FromResult<HttpContent>(new ByteArrayContent(buffer, 0, length))),
                cancellationToken);
            sent += length;
        }
        if (sent != blob.Size)
            throw new InvalidDataException($"{blob.Digest} has {sent} bytes, not {blob.Size}");
        var list = Encoding.UTF8.GetBytes($"<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>{string.Concat(blocks.Select(id => $"<Latest>{id}</Latest>"))}</BlockList>");
        var complete = Request($"write {key}", HttpMethod.Put, key, "comp=blocklist", _ => ValueTask.FromResult<HttpContent>(new ByteArrayContent(list)), change);
        await SendAsync(complete with { Answers = [HttpStatusCode.Conflict] }, cancellationToken);
    }

    private async Task MakeContainerAsync(CancellationToken cancellationToken)
    {
        var find = Request("look for it", HttpMethod.Head, null, "restype=container") with { Answers = [HttpStatusCode.NotFound] };
        using (var response = await _client.SendAsync(find, cancellationToken))
        {
            if (response.StatusCode != HttpStatusCode.NotFound)
                return;
        }
        await SendAsync(Request("make it", HttpMethod.Put, null, "restype=container", Empty) with { Answers = [HttpStatusCode.Conflict] }, cancellationToken);
    }

    /// <summary>Sends what needs no answer. A conflict means that it is there already.</summary>
    private async Task SendAsync(StoreRequest request, CancellationToken cancellationToken)
    {
        using var response = await _client.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Conflict)
            return;
        var error = _errors.Read(response, "");
        if (error.Code is not ("BlobAlreadyExists" or "ContainerAlreadyExists"))
            throw new StoreException($"failed to {request.Purpose}: {Name} answered 409 {error.Code}: try again later") { Status = error.Status, Code = error.Code };
    }

    private StoreRequest Request(
        string purpose,
        HttpMethod method,
        string? key,
        string query = "",
        Func<CancellationToken, ValueTask<HttpContent>>? content = null,
        Action<HttpRequestMessage>? change = null) => new(purpose, async token =>
        {
            var path = key is null ? "" : "/" + string.Join('/', key.TrimStart('/').Split('/').Select(Uri.EscapeDataString));
            var message = new HttpRequestMessage(method, new Uri($"{_options.Url}/{_options.Container}{path}{(query.Length > 0 ? "?" + query : "")}", AsIs));
            if (content is not null)
                message.Content = await content(token);
            change?.Invoke(message);
            _signature.Sign(message, _time.GetUtcNow());
            return message;
        });

    private static ValueTask<HttpContent> Empty(CancellationToken cancellationToken) => ValueTask.FromResult<HttpContent>(new ByteArrayContent([]));
}
