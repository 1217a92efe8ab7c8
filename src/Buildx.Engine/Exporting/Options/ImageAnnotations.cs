using System.Collections.Immutable;
using System.Text;
using Buildx.Oci;

namespace Buildx.Engine.Exporting.Options;

/// <summary>Annotations for the manifests and the index of an image, and for the descriptors that point at them.</summary>
internal sealed class ImageAnnotations(ImmutableArray<KeyValuePair<AnnotationKey, string>> entries)
{
    public static ImageAnnotations Take(ExporterAttributes attributes)
    {
        var entries = ImmutableArray.CreateBuilder<KeyValuePair<AnnotationKey, string>>();
        foreach (var (text, value) in attributes.TakePrefixed("annotation"))
        {
            if (!AnnotationKey.TryParse(text, out var key, out var problem))
                problem = "want annotation[-TYPE][[PLATFORM]].KEY=VALUE";
            if (key is null)
                throw attributes.Invalid(text, value, problem!);
            entries.Add(new(key, value));
        }
        return new ImageAnnotations(entries.ToImmutable());
    }

    /// <summary>With what the frontend adds; that wins.</summary>
    public ImageAnnotations With(IReadOnlyDictionary<string, byte[]> metadata)
    {
        var added = entries.ToBuilder();
        foreach (var (text, value) in metadata)
        {
            if (AnnotationKey.TryParse(text, out var key, out _) && key is not null)
                added.Add(new(key, Encoding.UTF8.GetString(value)));
        }
        return new ImageAnnotations(added.ToImmutable());
    }

    /// <summary>Null when there is none.</summary>
    public IReadOnlyDictionary<string, string>? Get(AnnotationTarget target, Platform? platform)
    {
        // What names the platform wins over what holds for all.
        var chosen = entries
            .Where(entry => entry.Key.Target == target && (entry.Key.Platform is null || entry.Key.Platform == platform))
            .OrderBy(entry => entry.Key.Platform is not null);
        SortedDictionary<string, string>? result = null;
        foreach (var (key, value) in chosen)
            (result ??= new(StringComparer.Ordinal))[key.Key] = value;
        return result;
    }

    /// <exception cref="ExportException">An annotation has no place in this image.</exception>
    public void Check(ExportResult result, bool ociMediaTypes)
    {
        foreach (var (key, _) in entries)
        {
            if (key.Platform is { } platform && !result.Platforms.Any(built => built.Platform == platform))
                throw new ExportException($"annotation \"{key.Key}\" is for {platform}, which is not built: built are {string.Join(", ", result.Platforms.Select(built => built.Platform))}");
            if (!ociMediaTypes && key.Target != AnnotationTarget.Manifest)
                throw new ExportException($"annotation \"{key.Key}\" cannot be written with oci-mediatypes=false: Docker's format has no place for it");
            if (!result.IsMultiPlatform && key.Target is AnnotationTarget.Index or AnnotationTarget.IndexDescriptor)
                throw new ExportException($"annotation \"{key.Key}\" is for the index, but an image for a single platform has none");
        }
    }
}
