using Buildx.Llb;
using Buildx.Oci;

namespace Buildx.Dockerfile;

/// <param name="Output">Null for an empty image.</param>
/// <param name="BaseImage">The image that the target stage starts from, null for <c>scratch</c>.</param>
/// <param name="Epoch">The value of <c>SOURCE_DATE_EPOCH</c>.</param>
public sealed record ConversionResult(
    LlbOutput? Output, ImageConfig Image, ImageConfig? BaseImage, DateTimeOffset? Epoch, IReadOnlyList<LintWarning> Warnings, Outline Outline)
{
    /// <summary>What rules beyond Docker's found; see <see cref="LintRule.IsHint"/>.</summary>
    public IReadOnlyList<LintWarning> Hints { get; init; } = [];
}
