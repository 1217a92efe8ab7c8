namespace Buildx.Oci;

/// <summary>
/// Chooses the image for a platform, by containerd's rules: the exact one, else the newest older variant, else what the
/// processor also runs (386 on amd64, 32-bit arm on arm64).
/// </summary>
public static class PlatformMatcher
{
    /// <summary>The best manifest of the index for the platform; null when there is none.</summary>
    public static Descriptor? Select(ImageIndex index, Platform platform)
    {
        Descriptor? best = null;
        var bestRank = -1;
        foreach (var manifest in index.Manifests)
        {
            if (manifest.Platform is not { } have || !IsImage(manifest))
                continue;
            if (Rank(platform, have) is { } rank && rank > bestRank)
                (best, bestRank) = (manifest, rank);
        }
        // An index may leave the platform out. The only candidate is then taken at its word.
        return best ?? (index.Manifests.Where(IsImage).ToArray() is [{ Platform: null } only] ? only : null);
    }

    /// <summary>The platforms that the index has images for, in its order.</summary>
    public static IReadOnlyList<Platform> List(ImageIndex index) =>
        [.. index.Manifests.Where(IsImage).Select(manifest => manifest.Platform?.Normalize()).OfType<Platform>().Distinct()];

    /// <summary>Whether a descriptor of an index is an image (or an index of images), and no attestation.</summary>
    public static bool IsImage(Descriptor manifest) =>
        manifest.Platform is not { Os: "unknown" }
        && manifest.Annotations?.ContainsKey(AttestationNames.ReferenceType) is not true
        && (MediaTypes.IsManifest(manifest.MediaType) || MediaTypes.IsIndex(manifest.MediaType));

    /// <summary>How well an image for <paramref name="have"/> suits <paramref name="want"/>: the greater the better, null for not at all.</summary>
    public static int? Rank(Platform want, Platform have)
    {
        (want, have) = (want.Normalize(), have.Normalize());
        if (want.Os != have.Os)
            return null;
        if (want.Architecture == have.Architecture)
            return want.Variant == have.Variant ? 100_000 : RankOlderVariant(want, have);
        return (want.Architecture, have.Architecture) switch
        {
            ("amd64", "386") => 1,
            ("arm64", "arm") => Version(have),
            _ => null,
        };
    }

    private static int? RankOlderVariant(Platform want, Platform have)
    {
        if (want.Architecture is not ("amd64" or "arm" or "arm64"))
            return null;
        var (wanted, had) = (Version(want), Version(have));
        // ARMv9.x includes ARMv8.(x+5).
        if (want.Architecture == "arm64" && wanted >= 900 && had < 900)
            wanted = 800 + Math.Min(wanted - 900 + 5, 9);
        return had > 0 && had <= wanted ? 10_000 + had : null;
    }

    /// <summary>v8.2 is 802; 0 where the variant is no version.</summary>
    private static int Version(Platform platform)
    {
        var text = platform.Variant ?? platform.Architecture switch { "arm64" => "v8", "arm" => "v7", "amd64" => "v1", _ => "" };
        if (!text.StartsWith('v'))
            return 0;
        var parts = text[1..].Split('.');
        if (!int.TryParse(parts[0], out var major) || major is < 0 or > 99)
            return 0;
        return 100 * major + (parts.Length > 1 && int.TryParse(parts[1], out var minor) && minor is >= 0 and < 100 ? minor : 0);
    }
}
