using System.Buffers;
using System.Threading.Channels;
using Buildx.Protocol.Fsutil;
using Google.Protobuf;

namespace Buildx.Protocol.FileSync;

/// <summary>
/// Sends a tree: first what there is, then the files that the receiver asks for (it may ask while the tree is still walked), until
/// it says that it has everything.
/// </summary>
public sealed class FileSyncSender : IDisposable
{
    private const int ChunkSize = 256 * 1024;
    private const int FilesAtOnce = 4;

    private readonly IPacketStream _stream;
    private readonly IFileSource _source;
    private readonly Action<long>? _progress;
    private readonly List<string?> _files = [];
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Channel<uint> _requests = Channel.CreateUnbounded<uint>(new UnboundedChannelOptions { SingleWriter = true });
    private int _queued;
    private long _sent;

    private FileSyncSender(IPacketStream stream, IFileSource source, Action<long>? progress) =>
        (_stream, _source, _progress) = (stream, source, progress);

    /// <exception cref="FileSyncException">The receiver has reported an error.</exception>
    public static Task SendAsync(IPacketStream stream, IFileSource source, CancellationToken cancellationToken) =>
        SendAsync(stream, source, null, cancellationToken);

    /// <param name="progress">Told from time to time how many bytes of content have gone so far.</param>
    /// <exception cref="FileSyncException">The receiver has reported an error.</exception>
    public static async Task SendAsync(IPacketStream stream, IFileSource source, Action<long>? progress, CancellationToken cancellationToken)
    {
        using var sender = new FileSyncSender(stream, source, progress);
        try
        {
            await sender.RunAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException and not FileSyncException { InnerException: RemoteFailure })
        {
            await sender.ReportAsync(exception);
            throw;
        }
    }

    public void Dispose() => _writing.Dispose();

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task> tasks = [Task.Run(() => WalkAsync(stop.Token), stop.Token)];
        for (var i = 0; i < FilesAtOnce; i++)
            tasks.Add(Task.Run(() => SendFilesAsync(stop.Token), stop.Token));
        tasks.Add(ReceiveAsync(stop.Token));
        await TaskGroup.WhenAllOrFirstFailure(tasks, stop);
        await _stream.CompleteAsync(cancellationToken);
    }

    private async Task WalkAsync(CancellationToken cancellationToken)
    {
        foreach (var stat in _source.Walk(cancellationToken))
        {
            var isRegular = (stat.Mode & GoFileMode.TypeMask) == 0;
            lock (_files)
                _files.Add(isRegular ? stat.Path : null);
            await WriteAsync(new Packet { Type = Packet.Types.PacketType.PacketStat, Stat = stat }, flush: false, cancellationToken);
        }
        await WriteAsync(new Packet { Type = Packet.Types.PacketType.PacketStat }, flush: true, cancellationToken);
    }

    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var packet = await _stream.ReadAsync(cancellationToken)
                ?? throw new FileSyncException("The receiver has ended the transfer before it had everything.", new RemoteFailure());
            switch (packet.Type)
            {
                case Packet.Types.PacketType.PacketReq:
                    Interlocked.Increment(ref _queued);
                    _requests.Writer.TryWrite(packet.ID);
                    break;
                case Packet.Types.PacketType.PacketFin:
                    _requests.Writer.Complete();
                    await WriteAsync(new Packet { Type = Packet.Types.PacketType.PacketFin }, flush: true, cancellationToken);
                    return;
                case Packet.Types.PacketType.PacketErr:
                    throw new FileSyncException($"error from receiver: {packet.Data.ToStringUtf8()}", new RemoteFailure());
                default:
                    throw new FileSyncException($"The receiver sent a packet that is not expected from it: {packet.Type}.");
            }
        }
    }

    private async Task SendFilesAsync(CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
        try
        {
            await foreach (var id in _requests.Reader.ReadAllAsync(cancellationToken))
                await SendFileAsync(id, TakePath(id), buffer.AsMemory(0, ChunkSize), cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private string TakePath(uint id)
    {
        lock (_files)
        {
            var path = id < _files.Count ? _files[(int)id] : null;
            if (path is null)
                throw new FileSyncException($"invalid file id {id}");
            _files[(int)id] = null;
            return path;
        }
    }

    private async Task SendFileAsync(uint id, string path, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var file = _source.OpenFile(path);
        // What was deleted after it was listed arrives empty.
        if (file is not null)
        {
            await using (file)
            {
                // Reads of local files are done where they are called; there is no asynchronous file I/O below.
                for (int count; (count = file.ReadAtLeast(buffer.Span, buffer.Length, throwOnEndOfStream: false)) > 0;)
                {
                    await WriteAsync(
                        new Packet { Type = Packet.Types.PacketType.PacketData, ID = id, Data = UnsafeByteOperations.UnsafeWrap(buffer[..count]) },
                        flush: false,
                        cancellationToken);
                    if (count < buffer.Length)
                        break;
                }
            }
        }
        await WriteAsync(new Packet { Type = Packet.Types.PacketType.PacketData, ID = id }, flush: false, cancellationToken, endsFile: true);
    }

    private async ValueTask WriteAsync(Packet packet, bool flush, CancellationToken cancellationToken, bool endsFile = false)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await _stream.WriteAsync(packet, cancellationToken);
            if (packet.Data.Length > 0)
                _progress?.Invoke(_sent += packet.Data.Length);
            // Counted while nobody else writes: else the end of another file could be written behind the last flush, and be waited for forever.
            if (flush || (endsFile && Interlocked.Decrement(ref _queued) == 0))
                await _stream.FlushAsync(cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReportAsync(Exception exception)
    {
        try
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await WriteAsync(
                new Packet { Type = Packet.Types.PacketType.PacketErr, Data = ByteString.CopyFromUtf8(exception.Message) }, flush: true, timeout.Token);
        }
        catch (Exception)
        {
            // The first error is the one that counts.
        }
    }
}
