namespace Buildx.Cli.Debugging;

/// <summary>What a process writes: shown while it is in front, and kept, as far as there is room, until it is there again.</summary>
internal sealed class ProcessOutput
{
    private const int Room = 64 << 10;

    private readonly Lock _lock = new();
    private readonly Queue<(int Stream, byte[] Data)> _kept = [];
    private int _keptBytes;
    private Action<int, ReadOnlyMemory<byte>>? _show;

    public void Write(int stream, ReadOnlyMemory<byte> data)
    {
        lock (_lock)
        {
            if (_show is not null)
            {
                _show(stream, data);
                return;
            }
            _kept.Enqueue((stream, data.ToArray()));
            _keptBytes += data.Length;
            while (_keptBytes > Room)
                _keptBytes -= _kept.Dequeue().Data.Length;
        }
    }

    /// <param name="show">Takes it from now on, what was kept first; null: nobody does.</param>
    public void ShowTo(Action<int, ReadOnlyMemory<byte>>? show)
    {
        lock (_lock)
        {
            _show = show;
            while (show is not null && _kept.TryDequeue(out var kept))
                show(kept.Stream, kept.Data);
            if (show is not null)
                _keptBytes = 0;
        }
    }
}
