using System.Collections.Immutable;
using System.Text;
using Buildx.Oci;

namespace Buildx.Engine.Exporting.Options;

/// <summary>The names an image gets.</summary>
/// <param name="FromFrontend">The frontend names it (<c>name=*</c>).</param>
internal sealed record ImageNames(ImmutableArray<ImageReference> References, bool FromFrontend, string? DanglingPrefix, bool DanglingOnlyWhenUnnamed)
{
    public static ImageNames Take(ExporterAttributes attributes)
    {
        var text = attributes.TakeText("name") ?? "";
        var prefix = attributes.TakeText("dangling-name-prefix");
        // The missing letter is part of the name.
        var emptyOnly = attributes.TakeFlag("danging-name-empty-only") ?? false;
        return text == "*"
            ? new ImageNames([], true, prefix, emptyOnly)
            : new ImageNames(Parse(text, attributes.Exporter), false, prefix, emptyOnly);
    }

    /// <summary>The names of one result, without tags completed: as the client wrote them.</summary>
    public ImmutableArray<ImageReference> For(ExportResult result, string exporter) =>
        FromFrontend && result.Metadata.TryGetValue("image.name", out var name) ? Parse(Encoding.UTF8.GetString(name), exporter) : References;

    private static ImmutableArray<ImageReference> Parse(string text, string exporter)
    {
        try
        {
            return [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(ImageReference.Parse)];
        }
        catch (FormatException e)
        {
            throw new ExportException($"output type={exporter}: {e.Message}", e);
        }
    }
}
