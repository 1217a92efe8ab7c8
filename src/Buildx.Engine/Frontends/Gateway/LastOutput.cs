using System.Text;
using Buildx.Engine.Execution;

namespace Buildx.Engine.Frontends.Gateway;

/// <summary>What a program has printed last.</summary>
internal sealed class LastOutput : IExecutionOutput
{
    private const int Limit = 4096;
    private const int Lines = 10;

    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();

    public void Write(int stream, ReadOnlySpan<byte> data)
    {
        lock (_lock)
        {
            _text.Append(Encoding.UTF8.GetString(data));
            if (_text.Length > 2 * Limit)
                _text.Remove(0, _text.Length - Limit);
        }
    }

    public override string ToString()
    {
        lock (_lock)
            return string.Join('\n', _text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(Lines));
    }
}
