using System.Text;
using Buildx.Oci;

namespace Buildx.Cli.ImageTools;

/// <summary>What <c>imagetools create</c> is given as a source: an image's name, a digest of the repository at hand, or a descriptor as JSON.</summary>
/// <param name="Text">As it was given.</param>
/// <param name="Changes">The media type, platform and annotations of a descriptor; they replace those of what it points at.</param>
internal sealed record ImageSource(string Text, ImageReference? Reference, Digest? Digest, Descriptor? Changes)
{
    /// <exception cref="CliException">None of these.</exception>
    public static ImageSource Parse(string text)
    {
        var trimmed = text.Trim();
        if (Oci.Digest.TryParse(trimmed, out var digest))
            return new ImageSource(trimmed, null, digest, null);
        try
        {
            if (trimmed.StartsWith('{'))
            {
                var json = Encoding.UTF8.GetBytes(trimmed);
                if (OciJson.DetectManifestType(json) is not null && trimmed.Contains("\"schemaVersion\"", StringComparison.Ordinal))
                    throw new CliException("a source is a manifest or an index itself: a descriptor is wanted, {\"mediaType\": …, \"digest\": …, \"size\": …}");
                var descriptor = OciJson.ParseDescriptor(json);
                return descriptor.Digest.IsEmpty
                    ? throw new CliException($"a descriptor has no digest: {trimmed}")
                    : new ImageSource(trimmed, null, descriptor.Digest, descriptor);
            }
            if (trimmed.StartsWith("sha256:", StringComparison.Ordinal))
                Oci.Digest.Parse(trimmed);
            var reference = ImageReference.Parse(trimmed).WithDefaultTag();
            return new ImageSource(trimmed, reference, reference.Digest, null);
        }
        catch (Exception e) when (e is FormatException or InvalidDataException)
        {
            throw new CliException($"\"{trimmed}\" is no source (want an image's name, a digest, or a descriptor as JSON): {e.Message}", innerException: e);
        }
    }
}
