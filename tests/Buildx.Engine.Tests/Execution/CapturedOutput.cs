using System.Text;
using Buildx.Engine.Execution;

namespace Buildx.Engine.Tests.Execution;

internal sealed class CapturedOutput : IExecutionOutput
{
    private readonly MemoryStream[] _streams = [new(), new()];
    private readonly TaskCompletionSource _first = new();

    public string Output => Read(0);

    public string Error => Read(1);

    /// <summary>Ends when something has been written.</summary>
    public Task FirstWrite => _first.Task;

    public void Write(int stream, ReadOnlySpan<byte> data)
    {
        lock (_streams)
            _streams[stream - 1].Write(data);
        _first.TrySetResult();
    }

    private string Read(int stream)
    {
        lock (_streams)
            return Encoding.UTF8.GetString(_streams[stream].ToArray());
    }
}
