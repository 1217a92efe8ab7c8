using Buildx.Engine.Solving;

namespace Buildx.Engine.Tests.Sources.Local;

internal sealed class TestProgress : IVertexProgress
{
    public string? StatusName { get; private set; }

    public long Received { get; private set; }

    public void Write(int stream, ReadOnlySpan<byte> data)
    {
    }

    public IStatusProgress StartStatus(string id, string name, long total = 0)
    {
        StatusName = name;
        return new Status(this);
    }

    public void Warn(int level, string message, IReadOnlyList<string>? detail = null, string? url = null)
    {
    }

    private sealed class Status(TestProgress owner) : IStatusProgress
    {
        public void Update(long current, long total) => owner.Received = current;

        public void Dispose()
        {
        }
    }
}
