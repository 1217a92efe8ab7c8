using Buildx.Oci;

namespace Buildx.Cli.Building;

/// <summary>One index of the indexes of several nodes, as if one had built it all.</summary>
internal static class IndexMerge
{
    /// <summary>Images in the order of the platforms, then what is about them (attestations) in the same order.</summary>
    public static (string MediaType, byte[] Json) Merge(IReadOnlyList<ImageIndex> parts, IReadOnlyList<Platform> platforms)
    {
        var order = platforms.Select(platform => platform.Normalize()).ToList();
        var all = parts.SelectMany(part => part.Manifests).DistinctBy(manifest => manifest.Digest).ToList();
        var images = all.Where(PlatformMatcher.IsImage).OrderBy(image => PlaceOf(image, order)).ToList();
        var places = images.Select((image, place) => (image.Digest.Value, place)).ToDictionary(pair => pair.Value, pair => pair.place, StringComparer.Ordinal);
        var others = all.Where(manifest => !PlatformMatcher.IsImage(manifest)).OrderBy(manifest => places.GetValueOrDefault(AttestationNames.SubjectOf(manifest) ?? "", int.MaxValue));
        IReadOnlyList<Descriptor> manifests = [.. images, .. others];
        var mediaType = ImageIndex.TypeFor(manifests);
        var index = new ImageIndex(manifests) { MediaType = mediaType, Annotations = mediaType == MediaTypes.OciIndex ? MergeAnnotations(parts) : null };
        return (mediaType, OciJson.Serialize(index));
    }

    /// <summary>All nodes were given the same, and made the same of it.</summary>
    private static Dictionary<string, string>? MergeAnnotations(IReadOnlyList<ImageIndex> parts)
    {
        var annotations = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in parts.Reverse().SelectMany(part => part.Annotations ?? new Dictionary<string, string>()))
            annotations[name] = value;
        return annotations.Count > 0 ? annotations : null;
    }

    private static int PlaceOf(Descriptor image, List<Platform> order) =>
        image.Platform is { } platform && order.IndexOf(platform.WithoutVersion()) is var place and >= 0 ? place : int.MaxValue;
}
