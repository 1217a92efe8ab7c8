using System.Threading.Channels;
using Buildx.Protocol.Fsutil;
using Google.Protobuf;

namespace Buildx.Protocol.FileSync;

/// <summary>Receives a tree into a target, asking for the files that it wants. Nothing that the sender says is trusted.</summary>
public sealed class FileSyncReceiver
{
    private readonly IPacketStream _stream;
    private readonly IFileSyncTarget _target;
    private readonly PathOrder _order = new();
    private readonly Dictionary<uint, Incoming> _incoming = [];
    private readonly Channel<uint> _requests = Channel.CreateUnbounded<uint>(new UnboundedChannelOptions { SingleWriter = true, SingleReader = true });
    private readonly Action<long>? _progress;
    private uint _nextId;
    private long _received;

    private FileSyncReceiver(IPacketStream stream, IFileSyncTarget target, Action<long>? progress) =>
        (_stream, _target, _progress) = (stream, target, progress);

    /// <param name="progress">Told from time to time how many bytes have come so far.</param>
    /// <exception cref="FileSyncException">The sender has reported an error, or sends what is not acceptable.</exception>
    public static async Task ReceiveAsync(
        IPacketStream stream, IFileSyncTarget target, Action<long>? progress, CancellationToken cancellationToken)
    {
        var receiver = new FileSyncReceiver(stream, target, progress);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Requests are written beside the reading: a sender that can't get rid of data doesn't read requests.
        var requesting = receiver.SendRequestsAsync(stop.Token);
        try
        {
            await receiver.RunAsync(requesting, stop.Token);
        }
        catch (Exception exception)
        {
            await stop.CancelAsync();
            await requesting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (exception is not OperationCanceledException and not FileSyncException { InnerException: RemoteFailure })
                await receiver.ReportAsync(exception);
            throw;
        }
        finally
        {
            foreach (var incoming in receiver._incoming.Values)
            {
                if (incoming.Content is { } content)
                    await content.DisposeAsync();
            }
        }
    }

    private async Task RunAsync(Task requesting, CancellationToken cancellationToken)
    {
        using var existing = _target.ExistingPaths.GetEnumerator();
        var deletions = new Deletions(existing, _target);
        for (var listed = false; !listed || _incoming.Count > 0;)
        {
            var packet = await ReadAsync(cancellationToken);
            switch (packet.Type)
            {
                case Packet.Types.PacketType.PacketStat when packet.Stat is null:
                    if (listed)
                        throw new FileSyncException("The sender has ended its list twice.");
                    listed = true;
                    await deletions.FinishAsync(cancellationToken);
                    break;
                case Packet.Types.PacketType.PacketStat:
                    if (listed)
                        throw new FileSyncException("The sender goes on with a list that it has ended.");
                    await AddAsync(packet.Stat, deletions, cancellationToken);
                    break;
                case Packet.Types.PacketType.PacketData:
                    await ReceiveDataAsync(packet, cancellationToken);
                    break;
                default:
                    throw new FileSyncException($"The sender sent a packet that is not expected from it: {packet.Type}.");
            }
        }
        await _target.CompleteAsync(cancellationToken);
        _requests.Writer.Complete();
        await requesting;
        await _stream.WriteAsync(new Packet { Type = Packet.Types.PacketType.PacketFin }, cancellationToken);
        await _stream.FlushAsync(cancellationToken);
        while ((await ReadAsync(cancellationToken)).Type != Packet.Types.PacketType.PacketFin)
        {
            // Whatever was under way.
        }
        await _stream.CompleteAsync(cancellationToken);
        _progress?.Invoke(_received);
    }

    private async ValueTask<Packet> ReadAsync(CancellationToken cancellationToken)
    {
        var packet = await _stream.ReadAsync(cancellationToken)
            ?? throw new FileSyncException("The sender has ended the transfer in the middle.", new RemoteFailure());
        if (packet.Type == Packet.Types.PacketType.PacketErr)
            throw new FileSyncException($"error from sender: {packet.Data.ToStringUtf8()}", new RemoteFailure());
        _received += packet.Data.Length + (packet.Stat is { } stat ? stat.Path.Length + 32 : 0);
        _progress?.Invoke(_received);
        return packet;
    }

    private async ValueTask AddAsync(Stat stat, Deletions deletions, CancellationToken cancellationToken)
    {
        var isRegular = (stat.Mode & GoFileMode.TypeMask) == 0;
        _order.Check(stat);
        if (isRegular && stat.Linkname.Length > 0 && (!RelativePath.IsSafe(stat.Linkname) || RelativePath.Compare(stat.Linkname, stat.Path) >= 0))
            throw new FileSyncException($"The sender names \"{stat.Linkname}\" as another name of \"{stat.Path}\", which it has not sent before.");
        await deletions.PassAsync(stat.Path, cancellationToken);
        var id = _nextId++;
        if (!await _target.AddAsync(stat, cancellationToken) || !isRegular || stat.Linkname.Length > 0)
            return;
        _incoming.Add(id, new Incoming(stat));
        _requests.Writer.TryWrite(id);
    }

    private async ValueTask ReceiveDataAsync(Packet packet, CancellationToken cancellationToken)
    {
        if (!_incoming.TryGetValue(packet.ID, out var incoming))
            throw new FileSyncException($"The sender sent content that was not asked for (file {packet.ID}).");
        incoming.Content ??= await _target.OpenFileAsync(incoming.Stat, cancellationToken);
        if (packet.Data.Length > 0)
        {
            await incoming.Content.WriteAsync(packet.Data.Memory, cancellationToken);
            return;
        }
        _incoming.Remove(packet.ID);
        await _target.CompleteFileAsync(incoming.Stat, incoming.Content, cancellationToken);
    }

    private async Task SendRequestsAsync(CancellationToken cancellationToken)
    {
        while (await _requests.Reader.WaitToReadAsync(cancellationToken))
        {
            while (_requests.Reader.TryRead(out var id))
                await _stream.WriteAsync(new Packet { Type = Packet.Types.PacketType.PacketReq, ID = id }, cancellationToken);
            await _stream.FlushAsync(cancellationToken);
        }
    }

    private async Task ReportAsync(Exception exception)
    {
        try
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await _stream.WriteAsync(
                new Packet { Type = Packet.Types.PacketType.PacketErr, Data = ByteString.CopyFromUtf8(exception.Message) }, timeout.Token);
            await _stream.FlushAsync(timeout.Token);
        }
        catch (Exception)
        {
            // The first error is the one that counts.
        }
    }

    private sealed class Incoming(Stat stat)
    {
        public Stat Stat => stat;

        public Stream? Content { get; set; }
    }

    /// <summary>Walks what the target has beside what the sender lists.</summary>
    private sealed class Deletions(IEnumerator<string> existing, IFileSyncTarget target)
    {
        private string? _next = existing.MoveNext() ? existing.Current : null;
        private string? _deleted;

        public async ValueTask PassAsync(string path, CancellationToken cancellationToken)
        {
            while (_next is not null && RelativePath.Compare(_next, path) is var order && order <= 0)
            {
                if (order < 0)
                    await DeleteAsync(_next, cancellationToken);
                _next = existing.MoveNext() ? existing.Current : null;
            }
        }

        public async ValueTask FinishAsync(CancellationToken cancellationToken)
        {
            for (; _next is not null; _next = existing.MoveNext() ? existing.Current : null)
                await DeleteAsync(_next, cancellationToken);
        }

        private async ValueTask DeleteAsync(string path, CancellationToken cancellationToken)
        {
            if (_deleted is not null && path.StartsWith(_deleted, StringComparison.Ordinal) && path.AsSpan(_deleted.Length) is ['/', ..])
                return;
            _deleted = path;
            await target.DeleteAsync(path, cancellationToken);
        }
    }
}
