using Buildx.Linux;
using Buildx.Oci;

namespace Buildx.Engine.Storage;

internal sealed partial class LayerStore
{
    private async Task EnsureUnpackedAsync(Snapshot snapshot, IPullProgress? progress, CancellationToken cancellationToken)
    {
        List<Layer>? missing = null;
        foreach (var id in snapshot.Layers)
        {
            var layer = layers.Get(id);
            if (!layer.IsUnpacked)
                (missing ??= []).Add(layer);
        }
        if (missing is null)
            return;
        using var others = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var tasks = missing.Distinct().Select(layer => UnpackOnceAsync(layer, others)).ToArray();
        try
        {
            await Task.WhenAll(tasks);
        }
        catch when (!cancellationToken.IsCancellationRequested)
        {
            // The one that failed first tells why; those it cancelled don't.
            foreach (var task in tasks)
            {
                if (task.IsFaulted)
                    await task;
            }
            throw;
        }

        async Task UnpackOnceAsync(Layer layer, CancellationTokenSource cancellation)
        {
            try
            {
                await RunSharedAsync(layer, FetchStep.Unpack, progress, cancellation.Token);
            }
            catch
            {
                await cancellation.CancelAsync();
                throw;
            }
        }
    }

    /// <summary>Gets a layer's original blob into the content store.</summary>
    private async Task EnsureBlobAsync(Layer layer, IPullProgress? progress, CancellationToken cancellationToken)
    {
        if (!content.TryGetSize(layer.Blobs[Layer.Original].Descriptor.Digest, out _))
            await RunSharedAsync(layer, FetchStep.Download, progress, cancellationToken);
    }

    /// <summary>Whoever needs the same step of the same layer waits for one and the same work.</summary>
    private Task RunSharedAsync(Layer layer, FetchStep step, IPullProgress? progress, CancellationToken cancellationToken) =>
        _fetching.RunAsync(
            (layer.Id, step),
            () => new PullProgressFanOut(),
            fanOut =>
            {
                if (progress is not null)
                    fanOut.Add(progress);
            },
            async (fanOut, token) =>
            {
                using var hold = layers.Hold([layer.Id]);
                await (step == FetchStep.Unpack ? UnpackAsync(layer, fanOut, token) : DownloadAsync(layer, fanOut, token));
                return true;
            },
            _ => { },
            cancellationToken);

    private async Task UnpackAsync(Layer layer, IPullProgress progress, CancellationToken cancellationToken)
    {
        if (layer.IsUnpacked)
            return;
        await EnsureBlobAsync(layer, progress, cancellationToken);
        var (blob, diffId) = layer.Blobs[Layer.Original];
        await _unpacking.WaitAsync(cancellationToken);
        try
        {
            await Task.Run(() => Unpack(layer, blob, diffId, progress, cancellationToken), cancellationToken);
        }
        finally
        {
            _unpacking.Release();
        }
        progress.Report(blob, PullPhase.Done, blob.Size, blob.Size);
    }

    private async Task DownloadAsync(Layer layer, IPullProgress progress, CancellationToken cancellationToken)
    {
        var blob = layer.Blobs[Layer.Original].Descriptor;
        if (content.TryGetSize(blob.Digest, out _))
            return;
        var source = layer.Source ?? throw new StorageException(
            $"layer {blob.Digest} is not in the store, and the session that could fetch it has ended: resolve the image again");
        progress.Report(blob, PullPhase.Downloading, 0, blob.Size);
        await using var writer = content.Create();
        await using (var stream = await source.OpenAsync(blob, cancellationToken))
        {
            var buffer = new byte[128 * 1024];
            long total = 0;
            int read;
            while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
            {
                total += read;
                if (blob.Size > 0 && total > blob.Size)
                    throw new InvalidDataException($"layer {blob.Digest} is longer than the {blob.Size} bytes its manifest says");
                await writer.Stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                progress.Report(blob, PullPhase.Downloading, total, blob.Size);
            }
        }
        try
        {
            await writer.CommitAsync(blob.Digest, cancellationToken);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"layer {blob.Digest} did not arrive as it was pushed ({e.Message}): build again; if that does not help, it is damaged in the registry", e);
        }
    }

    private void Unpack(Layer layer, Descriptor blob, Digest diffId, IPullProgress progress, CancellationToken cancellationToken)
    {
        var path = Path.Combine(layout.Temporary, $"layer-{Interlocked.Increment(ref _counter)}");
        FileSystem.MakeDirectoryAt(null, path, 0x1ed);
        FileSystem.ChangeModeAt(null, path, 0x1ed);
        try
        {
            LayerTree tree;
            using (var compressed = new ProgressStream(
                content.OpenRead(blob.Digest), position => progress.Report(blob, PullPhase.Extracting, position, blob.Size)))
            using (var tar = new HashingReadStream(Decompression.Open(compressed)))
            using (var unpacker = new LayerUnpacker(path, form, isPrivileged))
            {
                tree = unpacker.Unpack(tar, cancellationToken);
                var actual = tar.Finish();
                if (actual != diffId)
                {
                    throw new InvalidDataException(
                        $"the content of layer {blob.Digest} does not match the image's configuration: expected diff id {diffId}, got {actual}");
                }
            }
            layers.SetUnpacked(layer, path, tree);
        }
        catch
        {
            trash.Throw(path);
            throw;
        }
    }

    private enum FetchStep { Download, Unpack }
}
