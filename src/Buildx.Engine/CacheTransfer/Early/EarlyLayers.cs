using System.Threading.Channels;
using Buildx.Engine.CacheTransfer.Places;
using Buildx.Engine.Exporting;
using Buildx.Engine.Frontends;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer.Early;

/// <summary>
/// Packs the layers of steps that have ended, and brings them to a cache's place, while other steps still run. The export at the
/// end looks at each layer again and finds them done: nothing of a cache depends on what happens here, and what goes wrong here
/// is tried again there, and told there.
/// </summary>
/// <param name="turn">Held while a layer is packed.</param>
internal sealed class EarlyLayers(ICachePlace place, CacheExportOptions options, IStorage storage, SemaphoreSlim turn, CancellationToken cancellationToken) : IAsyncDisposable
{
    private const int MaximumSending = 2;

    private readonly Channel<(VertexResult Step, int Output)> _ended = Channel.CreateUnbounded<(VertexResult, int)>(new UnboundedChannelOptions { SingleReader = true });
    private readonly LayerCompression _compression = options.Compression with { Cores = Math.Max(1, Environment.ProcessorCount / 2) };
    private readonly IStorageLease _lease = storage.Lease();
    private readonly SemaphoreSlim _sending = new(Math.Min(place.Parallelism, MaximumSending));
    private readonly Dictionary<Digest, Task> _sent = [];
    private readonly CancellationTokenSource _cancelled = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    private readonly CancellationTokenSource _stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    private Task _packing = Task.CompletedTask;
    private volatile bool _placeFails;

    /// <summary>Begins with what has ended already.</summary>
    public void Follow(IEnumerable<BuildReference> results)
    {
        foreach (var result in results)
        {
            foreach (var (output, step) in result.Follow(ExportedOutputs.Of(result.Graph, options.IsComplete)))
                _ = TakeAsync(output.Index, step);
        }
        _packing = Task.Run(PackAsync, CancellationToken.None);
    }

    /// <summary>Nothing more is begun. What is being packed or sent goes on.</summary>
    public void Stop() => _stopped.Cancel();

    /// <summary>Waits for what is being sent when there was nothing more to begin. Now that fails as it does in the export itself.</summary>
    public async Task FinishAsync(IVertexProgress progress)
    {
        Stop();
        await _packing;
        await Task.WhenAll(_sent.Where(sent => !sent.Value.IsCompletedSuccessfully).Select(async sent =>
        {
            using var step = progress.Step($"completing layer {sent.Key}");
            await sent.Value;
        }));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await _cancelled.CancelAsync();
        await _packing;
        await Task.WhenAll(_sent.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _lease.Dispose();
        _stopped.Dispose();
        _cancelled.Dispose();
        _sending.Dispose();
    }

    private async Task TakeAsync(int output, Task<VertexResult> step)
    {
        // That a step fails is its build's business.
        await ((Task)step).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (step.IsCompletedSuccessfully)
            _ended.Writer.TryWrite((step.Result, output));
    }

    private async Task PackAsync()
    {
        var exchanged = new ExchangedSteps();
        var known = new HashSet<LayerId>();
        try
        {
            await foreach (var (step, output) in _ended.Reader.ReadAllAsync(_stopped.Token))
            {
                // A result that is not here is left to the export: the step may run later, or never.
                if (!step.IsAvailable || step.Outputs[output] is not SnapshotTree { Snapshot: var tree } || !exchanged.Contains(step) || !_lease.TryProtect(tree))
                    continue;
                foreach (var layer in tree.Layers.Where(known.Add))
                    Send(await PackAsync(layer));
            }
        }
        catch (Exception)
        {
            // The rest is the export's: nothing more is to be begun, or what goes wrong here goes wrong there, and is told.
        }
    }

    private async Task<LayerBlob> PackAsync(LayerId layer)
    {
        await turn.WaitAsync(_stopped.Token);
        try
        {
            var blob = await storage.Layers.GetBlobAsync(layer, _compression, _cancelled.Token);
            _lease.Protect(blob.Descriptor.Digest);
            return blob;
        }
        finally
        {
            turn.Release();
        }
    }

    private void Send(LayerBlob blob)
    {
        // What was not fetched may still come for a step: it needs not come twice.
        if (place.TakesLayersEarly && blob.Source is null && !_sent.ContainsKey(blob.Descriptor.Digest))
            _sent.Add(blob.Descriptor.Digest, SendAsync(blob));
    }

    private async Task SendAsync(LayerBlob blob)
    {
        try
        {
            await _sending.WaitAsync(_stopped.Token);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        try
        {
            if (!_placeFails)
                await place.WriteBlobAsync(blob.Descriptor, attempt => blob.OpenAsync(storage.Content, attempt), null, _cancelled.Token);
        }
        catch (Exception) when (!_stopped.IsCancellationRequested)
        {
            // It is not tried with each layer.
            _placeFails = true;
        }
        finally
        {
            _sending.Release();
        }
    }
}
