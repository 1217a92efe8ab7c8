using Buildx.Engine.Solving;

namespace Buildx.Engine.Tests.Exporting;

/// <summary>Remembers the names of the steps it was told about.</summary>
internal sealed class QuietProgress : IVertexProgress
{
    private readonly List<string> _steps = [];

    public IReadOnlyList<string> Steps
    {
        get
        {
            lock (_steps)
                return [.. _steps];
        }
    }

    public List<string> Warnings { get; } = [];

    public IStatusProgress StartStatus(string id, string name, long total = 0)
    {
        lock (_steps)
            _steps.Add(name);
        return new Status();
    }

    public void Warn(int level, string message, IReadOnlyList<string>? detail = null, string? url = null) => Warnings.Add(message);

    public void Write(int stream, ReadOnlySpan<byte> data)
    {
    }

    private sealed class Status : IStatusProgress
    {
        public void Update(long current, long total)
        {
        }

        public void Dispose()
        {
        }
    }
}
