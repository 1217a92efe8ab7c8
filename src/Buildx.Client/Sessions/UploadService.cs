using System.Collections.Concurrent;
using Buildx.Protocol.ControlApi;
using Buildx.Protocol.Sessions;
using Google.Protobuf;
using Grpc.Core;

namespace Buildx.Client;

/// <summary>Sends streams that the daemon asks for by URL: a build context on standard input.</summary>
public sealed class UploadService : ISessionService
{
    private const int ChunkSize = 64 << 10;

    private readonly ConcurrentDictionary<string, Stream> _streams = [];
    private readonly ConcurrentDictionary<string, Func<Stream>> _contents = [];

    /// <summary>What is sent once.</summary>
    /// <returns>The URL that stands for the stream in this build.</returns>
    public string Add(Stream stream)
    {
        var id = Guid.NewGuid().ToString("N");
        _streams[id] = stream;
        return UrlOf(id);
    }

    /// <summary>What is sent to each daemon that asks for it.</summary>
    /// <inheritdoc cref="Add(Stream)"/>
    public string Add(Func<Stream> open)
    {
        var id = Guid.NewGuid().ToString("N");
        _contents[id] = open;
        return UrlOf(id);
    }

    public void Register(SessionServer server) => server.Map(SessionStreams.UploadMethod, SendAsync);

    private async Task SendAsync(SessionCall call, CancellationToken cancellationToken)
    {
        var id = call.GetHeader(SessionStreams.UploadPathKey) is [var path, ..] ? path[(path.LastIndexOf('/') + 1)..] : "";
        if (_contents.TryGetValue(id, out var open))
            await SendAsync(call, open(), cancellationToken);
        else if (_streams.TryRemove(id, out var stream))
            await SendAsync(call, stream, cancellationToken);
        else
            throw new RpcException(new Status(StatusCode.NotFound, $"there is nothing to upload under \"{id}\", or it was sent already"));
    }

    private static string UrlOf(string id) => $"http://{SessionStreams.UploadHost}/{id}";

    private static async Task SendAsync(SessionCall call, Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[ChunkSize];
        await using (stream)
        {
            while (await stream.ReadAsync(buffer, cancellationToken) is var count and > 0)
                await call.WriteAsync(new BytesMessage { Data = UnsafeByteOperations.UnsafeWrap(buffer.AsMemory(0, count)) }, cancellationToken);
        }
        await call.FlushAsync(cancellationToken);
    }
}
