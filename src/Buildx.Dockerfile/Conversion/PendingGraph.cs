using System.Runtime.InteropServices;
using System.Threading.Channels;
using Buildx.Llb;

namespace Buildx.Dockerfile;

/// <summary>All pending file systems of one conversion, inputs before those who use them.</summary>
internal sealed class PendingGraph
{
    private const int BatchSize = 128;

    private readonly List<PendingOutput> _outputs = [];

    public PendingOutput Add(Func<LlbOutput?> build)
    {
        var output = new PendingOutput(build);
        _outputs.Add(output);
        return output;
    }

    /// <summary>
    /// Builds in order, so that a long chain of steps needs no deep recursion. Of a large graph, another thread hashes what is built
    /// while more is.
    /// </summary>
    public async Task BuildAsync()
    {
        if (_outputs.Count <= BatchSize)
        {
            Build(0);
            return;
        }
        var built = Channel.CreateUnbounded<int>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        var hashing = Task.Run(() => HashAsync(built.Reader));
        try
        {
            for (var start = 0; start < _outputs.Count; start += BatchSize)
            {
                Build(start);
                built.Writer.TryWrite(start);
            }
        }
        finally
        {
            built.Writer.Complete();
            await hashing;
        }
    }

    private void Build(int start)
    {
        foreach (var output in Batch(start))
            _ = output.Value;
    }

    private async Task HashAsync(ChannelReader<int> built)
    {
        await foreach (var start in built.ReadAllAsync())
            Hash(start);
    }

    private void Hash(int start)
    {
        foreach (var output in Batch(start))
            _ = output.Value?.Vertex.Digest;
    }

    private ReadOnlySpan<PendingOutput> Batch(int start) => CollectionsMarshal.AsSpan(_outputs).Slice(start, Math.Min(BatchSize, _outputs.Count - start));
}
