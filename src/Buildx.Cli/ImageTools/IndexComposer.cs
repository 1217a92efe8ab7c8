using Buildx.Oci;

namespace Buildx.Cli.ImageTools;

/// <summary>Makes one index of images and indexes.</summary>
internal sealed class IndexComposer
{
    private readonly List<Descriptor> _manifests = [];
    private readonly Dictionary<Digest, SourceImage> _origins = [];

    /// <summary>Each manifest of the result, and where it is now.</summary>
    public IEnumerable<(Descriptor Manifest, SourceImage Source)> Parts => _manifests.Select(manifest => (manifest, _origins[manifest.Digest]));

    /// <param name="annotations">What is to be added.</param>
    /// <param name="platforms">Empty for all that there are.</param>
    /// <returns>The media type, and the JSON as BuildKit's clients write it: equal sources give equal digests, whoever joins them.</returns>
    /// <exception cref="CliException">Nothing is left for the platforms; annotations that the format does not have.</exception>
    public (string MediaType, byte[] Json) Compose(
        IReadOnlyList<SourceImage> sources, IReadOnlyList<ImageAnnotation> annotations, IReadOnlyList<Platform> platforms, bool preferIndex)
    {
        if (sources is [var only] && annotations.Count == 0 && (only.IsIndex || !preferIndex))
        {
            Add(only.Descriptor, only);
            // As it is, unless some of it is to be left out.
            if (platforms.Count == 0 || !only.IsIndex)
                return (only.Descriptor.MediaType, only.Json);
            _manifests.Clear();
        }
        foreach (var source in sources)
        {
            if (!source.IsIndex)
                Add(source.Descriptor, source);
            foreach (var manifest in source.IsIndex ? OciJson.ParseIndex(source.Json).Manifests : [])
                Add(manifest, source);
        }
        if (platforms.Count > 0)
            Keep(platforms);
        var mediaType = ImageIndex.TypeFor(_manifests);
        if (mediaType == MediaTypes.DockerManifestList && annotations.Count > 0)
            throw new CliException("--annotation: all sources are in Docker's format, which has no annotations; add a source in OCI format, or build with --output type=image,oci-mediatypes=true");
        var ofIndex = annotations.Where(annotation => annotation.IsOfIndex).ToList();
        var index = new ImageIndex([.. _manifests.Select(manifest => Annotate(manifest, annotations))])
        {
            MediaType = mediaType,
            Annotations = ofIndex.Count == 0 ? null : Merge(null, ofIndex),
        };
        return (mediaType, OciJson.SerializeIndented(index));
    }

    /// <summary>What is there twice is one, with what either says of it.</summary>
    private void Add(Descriptor manifest, SourceImage source)
    {
        _origins[manifest.Digest] = source;
        var at = _manifests.FindIndex(known => known.Digest == manifest.Digest);
        if (at < 0)
        {
            _manifests.Add(manifest);
            return;
        }
        var known = _manifests[at];
        var annotations = new Dictionary<string, string>(known.Annotations ?? new Dictionary<string, string>());
        foreach (var (key, value) in manifest.Annotations ?? new Dictionary<string, string>())
            annotations[key] = value;
        _manifests[at] = known with { Platform = manifest.Platform ?? known.Platform, Annotations = annotations.Count > 0 ? annotations : null };
    }

    /// <summary>Leaves the platforms' images and what is about them.</summary>
    private void Keep(IReadOnlyList<Platform> platforms)
    {
        var wanted = platforms.Select(platform => platform.Normalize()).ToList();
        var images = _manifests
            .Where(manifest => PlatformMatcher.IsImage(manifest) && manifest.Platform is { } platform && wanted.Contains(platform.WithoutVersion()))
            .ToList();
        var missing = wanted.Where(platform => !images.Any(image => image.Platform!.WithoutVersion() == platform)).ToList();
        if (missing.Count > 0)
        {
            var there = _manifests.Where(PlatformMatcher.IsImage).Select(manifest => manifest.Platform?.ToString() ?? "unknown");
            throw new CliException($"--platform: no source has {string.Join(", ", missing)}; there are {string.Join(", ", there)}");
        }
        var digests = images.Select(image => image.Digest.Value).ToHashSet(StringComparer.Ordinal);
        _manifests.RemoveAll(manifest => !digests.Contains(manifest.Digest.Value)
            && !digests.Contains(AttestationNames.SubjectOf(manifest) ?? ""));
    }

    private static Descriptor Annotate(Descriptor manifest, IReadOnlyList<ImageAnnotation> annotations)
    {
        var own = annotations
            .Where(annotation => !annotation.IsOfIndex && (annotation.Platform is null || annotation.Platform.Normalize() == manifest.Platform?.Normalize()))
            .ToList();
        return own.Count == 0 ? manifest : manifest with { Annotations = Merge(manifest.Annotations, own) };
    }

    private static Dictionary<string, string> Merge(IReadOnlyDictionary<string, string>? before, IEnumerable<ImageAnnotation> annotations)
    {
        var merged = new Dictionary<string, string>(before ?? new Dictionary<string, string>());
        foreach (var annotation in annotations)
            merged[annotation.Key] = annotation.Value;
        return merged;
    }
}
