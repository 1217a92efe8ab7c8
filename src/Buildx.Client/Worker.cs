using Buildx.Oci;
using Buildx.Protocol.Types;

namespace Buildx.Client;

/// <summary>One of a daemon's workers.</summary>
public sealed record Worker(
    string Id,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyList<Platform> Platforms,
    IReadOnlyList<GarbageCollectionRule> GarbageCollection,
    BuildkitVersion? Version)
{
    internal static Worker From(WorkerRecord record) => new(
        record.ID,
        record.Labels.ToDictionary(),
        [.. record.Platforms.Select(platform => new Platform(platform.OS, platform.Architecture, platform.Variant.Length > 0 ? platform.Variant : null))],
        [.. record.GCPolicy.Select(GarbageCollectionRule.From)],
        record.BuildkitVersion is { } version ? new BuildkitVersion(version.Package, version.Version, version.Revision) : null);
}
