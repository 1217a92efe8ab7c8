using Buildx.Cli.Builders;
using Buildx.Oci;

namespace Buildx.Cli.Building;

/// <summary>
/// What of a build is loaded into a Docker Engine. Its classic image store keeps one platform of an image; containerd's keeps all, but
/// takes them from one archive, and an archive is one node's.
/// </summary>
/// <param name="Share">Which node's part it is.</param>
/// <param name="Only">The platform that is loaded of several; null: all of the node's.</param>
/// <param name="AsIndex">Whether it is sent as an archive that may have several platforms.</param>
internal sealed record LoadPlan(DockerEngine Engine, int Share, Platform? Only, bool AsIndex)
{
    /// <summary>What is left out, and why; null for nothing.</summary>
    public string? Note { get; private init; }

    public static async Task<LoadPlan> CreateAsync(DockerEngine engine, IReadOnlyList<NodeShare> shares, CancellationToken cancellationToken)
    {
        var all = shares.SelectMany(share => share.Platforms).ToList();
        if (all.Count <= 1)
            return new LoadPlan(engine, 0, null, AsIndex: false);
        var features = await engine.GetFeaturesAsync(cancellationToken);
        // One that it runs; if there is none, some other.
        var best = all.MaxBy(platform => PlatformMatcher.Rank(features.Platform, platform) ?? -1)!;
        var share = Enumerable.Range(0, shares.Count).First(index => shares[index].Platforms.Contains(best));
        var loaded = features.KeepsIndexes ? shares[share].Platforms : [best];
        return new LoadPlan(engine, share, features.KeepsIndexes ? null : best, features.KeepsIndexes)
        {
            Note = Describe(engine, loaded, [.. all.Except(loaded)], features.KeepsIndexes, shares[share].Node.Name),
        };
    }

    private static string? Describe(DockerEngine engine, IReadOnlyList<Platform> loaded, IReadOnlyList<Platform> left, bool keepsIndexes, string node) => left.Count == 0 ? null
        : $"--load: {string.Join(", ", loaded)} goes to the Docker Engine at {engine.Host}; {string.Join(", ", left)} is built, but not loaded: "
        + (keepsIndexes
            ? $"other nodes than \"{node}\" build it, and the Docker Engine takes an image from one archive (--push merges what several nodes build)"
            : "the engine's image store keeps one platform of an image (its containerd image store keeps all; --push sends all)");
}
