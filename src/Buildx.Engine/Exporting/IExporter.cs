using System.Collections.Immutable;
using Buildx.Engine.Attestations;
using Buildx.Engine.Server;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Exporting;

/// <summary>Writes a build's result to where it was asked for.</summary>
internal interface IExporter
{
    /// <summary>Shown as the vertex's name, e.g. <c>exporting to image</c>.</summary>
    string Description { get; }

    /// <summary>What it packs the result's layers with; null where it packs none.</summary>
    LayerCompression? Compression => null;

    /// <returns>Entries of the solve's exporter response (<c>containerimage.digest</c>, …).</returns>
    Task<IReadOnlyDictionary<string, string>> ExportAsync(ExportRequest request, CancellationToken cancellationToken);
}

/// <param name="ExporterIndex">Position among the build's exporters; file send over the session is addressed by it.</param>
internal sealed record ExportRequest(
    ExportResult Result, ISession? Session, int ExporterIndex, IVertexProgress Progress);

/// <summary>
/// A finished build: one tree per platform (a single one without platform when the frontend returned a single reference), with
/// the image config that the frontend made for it.
/// </summary>
/// <param name="Metadata">Frontend metadata as BuildKit names it (<c>frontend/…/exptypes</c>), without what is typed here.</param>
internal sealed record ExportResult(
    ImmutableArray<PlatformResult> Platforms, bool IsMultiPlatform, IReadOnlyDictionary<string, byte[]> Metadata)
{
    /// <summary>The cache that an image of these layers carries in its config; null where none was asked for.</summary>
    public Func<IReadOnlyList<LayerBlob>, byte[]?>? InlineCache { get; init; }

    /// <summary>Statements about the results, by the platform's key.</summary>
    public IReadOnlyDictionary<string, ImmutableArray<Attestation>> Attestations { get; init; } = ImmutableDictionary<string, ImmutableArray<Attestation>>.Empty;
}

/// <param name="Id">The platform's key in the result, e.g. <c>linux/arm64</c>; empty for the single one.</param>
/// <param name="ConfigJson">The image config as the frontend made it, unknown fields kept; null when there is none.</param>
internal sealed record PlatformResult(string Id, Platform Platform, Snapshot Snapshot, byte[]? ConfigJson);
