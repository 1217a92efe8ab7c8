using System.Collections.Immutable;
using Buildx.Engine.CacheTransfer.Early;
using Buildx.Engine.CacheTransfer.Places;
using Buildx.Engine.CacheTransfer.Records;
using Buildx.Engine.Exporting;
using Buildx.Engine.Frontends;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Registry;

namespace Buildx.Engine.CacheTransfer;

/// <summary>The caches that one build is to leave behind.</summary>
internal sealed class CacheExports : IAsyncDisposable
{
    private readonly ImmutableArray<(ICachePlace? Place, CacheExportOptions Options, string Description)> _exports;
    private readonly Dictionary<ICachePlace, EarlyLayers> _early = [];
    private readonly CachePlaces _places;
    private readonly Solver _solver;
    private readonly IStorage _storage;
    private readonly TimeProvider _time;

    /// <exception cref="CacheTransferException">One makes no sense: said before anything is built.</exception>
    public CacheExports(IEnumerable<CacheRequest> requests, BuildJob job, CachePlaces places, Solver solver, IStorage storage, TimeProvider time)
    {
        (_places, _solver, _storage, _time) = (places, solver, storage, time);
        _exports =
        [
            .. requests.Select(request => (
                request.Type == CachePlaces.Inline ? null : places.ForExport(request, job.Session),
                CacheExportOptions.Read(new CacheAttributes(request, "cache export")),
                request.Type switch
                {
                    CachePlaces.Inline => "preparing layers for inline cache",
                    "local" => "exporting cache to client directory",
                    "s3" => "exporting cache to Amazon S3",
                    "azblob" => "exporting cache to Azure Blob Storage",
                    "gha" => "exporting to GitHub Actions Cache",
                    var type => $"exporting cache to {type}",
                })),
        ];
    }

    /// <summary>Begins with the layers of a result's steps, each when its step has ended.</summary>
    /// <param name="exporters">All that will pack the result's layers too.</param>
    public void Begin(FrontendResult result, IEnumerable<IExporter> exporters, CancellationToken cancellationToken)
    {
        var compressions = exporters.Select(exporter => exporter.Compression).OfType<LayerCompression>().Concat(_exports.Select(export => export.Options.Compression));
        // Of several ways to pack a layer the first one that is used counts for all. Where they differ, each waits for its turn at the end.
        if (compressions.DistinctBy(compression => (compression.Type, compression.Level, compression.Force)).Count() > 1)
            return;
        foreach (var (place, options, _) in _exports)
        {
            if (place is null)
                continue;
            var early = new EarlyLayers(place, options, _storage, _places.EarlyPacking, cancellationToken);
            _early.Add(place, early);
            early.Follow(result.References.Select(reference => reference.Reference).OfType<BuildReference>());
        }
    }

    /// <summary>The records to be put into the images' configs; null where nobody asked for them.</summary>
    public async Task<Func<IReadOnlyList<LayerBlob>, byte[]?>?> PrepareInlineAsync(
        IReadOnlyList<CacheRoot> roots, ExportResult result, BuildJob job, CancellationToken cancellationToken)
    {
        if (_exports.FirstOrDefault(export => export.Place is null) is not { Description: not null } inline)
            return null;
        return await WithProgressAsync(job, -1, inline.Description, async _ =>
        {
            var nodes = await NodesAsync(roots, result, inline.Options with { IsComplete = false }, job, job.Lease, cancellationToken);
            return (Func<IReadOnlyList<LayerBlob>, byte[]?>)new CacheConfigWriter(nodes).WriteFor;
        });
    }

    /// <returns>What the client is told.</returns>
    public async Task<IReadOnlyDictionary<string, string>> RunAsync(
        IReadOnlyList<CacheRoot> roots, ExportResult result, BuildJob job, CancellationToken cancellationToken)
    {
        var response = new Dictionary<string, string>();
        for (var i = 0; i < _exports.Length; i++)
        {
            var (place, options, description) = _exports[i];
            if (place is null)
                continue;
            try
            {
                var answer = await WithProgressAsync(job, i, description, async progress =>
                {
                    var early = _early.GetValueOrDefault(place);
                    early?.Stop();
                    using var lease = _storage.Lease();
                    IReadOnlyCollection<CacheNode> nodes;
                    using (progress.Step("preparing build cache for export"))
                        nodes = await NodesAsync(roots, result, options, job, lease, cancellationToken);
                    var mounts = options.Mounts is { } selection
                        ? await new MountExports(_storage, options.Compression, _time).PackAsync(roots, selection, lease, progress, cancellationToken) : [];
                    if (early is not null)
                        await early.FinishAsync(progress);
                    return await new CacheExporter(place, options, _storage, _time).WriteAsync(nodes, mounts, progress, cancellationToken);
                });
                foreach (var (key, value) in answer)
                {
                    response[key] = value;
                    // Of several each by its number too, for clients that want to know.
                    response[$"{key}/{i}"] = value;
                }
            }
            catch (Exception e) when (options.IgnoreErrors && e is CacheTransferException or RegistryException or RegistryConfigurationException or IOException)
            {
                // It was asked for: the step shows the error, the build goes on.
            }
        }
        return response;
    }

    /// <summary>Ends what was begun and is not needed any more.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var early in _early.Values)
            await early.DisposeAsync();
    }

    private async Task<IReadOnlyCollection<CacheNode>> NodesAsync(
        IReadOnlyList<CacheRoot> roots, ExportResult result, CacheExportOptions options, BuildJob job, IStorageLease lease, CancellationToken cancellationToken)
    {
        var layers = options.IsComplete ? null : result.Platforms.SelectMany(platform => platform.Snapshot.Layers).ToHashSet();
        return await new CacheGraphBuilder(_solver, job, BuildContext.For(job), _storage, options.Compression).BuildAsync(roots, layers, lease, cancellationToken);
    }

    private Task<T> WithProgressAsync<T>(BuildJob job, int index, string description, Func<IVertexProgress, Task<T>> work) =>
        VertexProgress.RunAsync(new KeyHash("cache export").Add(job.Reference).Add(index).ToDigest(), description, job.Progress, _time, work);
}
