using System.Collections.Immutable;
using Buildx.Engine.Exporting;
using Buildx.Oci;

namespace Buildx.Engine.Attestations;

/// <param name="Generator">The scanner's image.</param>
/// <param name="Parameters">What the scanner gets as <c>BUILDKIT_SCAN_NAME</c>.</param>
internal sealed record SbomOptions(ImageReference Generator, ImmutableSortedDictionary<string, string> Parameters)
{
    private const string GeneratorKey = "generator";
    private const string DefaultGenerator = "docker/buildkit-syft-scanner:stable-1";

    public static SbomOptions Parse(IReadOnlyDictionary<string, string> attributes)
    {
        try
        {
            return new SbomOptions(
                ImageReference.Parse(attributes.GetValueOrDefault(GeneratorKey) is { Length: > 0 } generator ? generator : DefaultGenerator).WithDefaultTag(),
                attributes.Where(attribute => attribute.Key != GeneratorKey).ToImmutableSortedDictionary(StringComparer.Ordinal));
        }
        catch (FormatException e)
        {
            throw new ExportException($"sbom: {e.Message}", e);
        }
    }
}
