using System.Globalization;
using Buildx.Engine.Frontends;
using Buildx.Llb;
using Buildx.Oci;

namespace Buildx.Engine.Sources.Image;

/// <summary>Which image is wanted: the <c>docker-image://</c> and <c>oci-layout://</c> sources of LLB.</summary>
/// <param name="Checksum">The digest that the reference must stand for.</param>
/// <param name="LayerLimit">Take only so many of its layers, from the lowest.</param>
internal sealed record ImageSourceRequest(
    ImageReference Reference, Platform Platform, ImageResolveMode Mode = ImageResolveMode.Default, Digest? Checksum = null, int? LayerLimit = null)
{
    public const string Scheme = "docker-image://";
    public const string LayoutScheme = "oci-layout://";

    private const string ResolveModeAttribute = "image.resolvemode";
    private const string ChecksumAttribute = "image.checksum";
    private const string LayerLimitAttribute = "image.layerlimit";

    /// <summary>The client's OCI layout that has the image; null for a registry.</summary>
    public LayoutStore? Layout { get; init; }

    /// <exception cref="SourceException">Not an image source, or one with attributes that make no sense.</exception>
    public static ImageSourceRequest Parse(string identifier, IEnumerable<KeyValuePair<string, string>> attributes, Platform platform)
    {
        var isLayout = identifier.StartsWith(LayoutScheme, StringComparison.Ordinal);
        if (!isLayout && !identifier.StartsWith(Scheme, StringComparison.Ordinal))
            throw new SourceException($"\"{identifier}\" is not an image source (want {Scheme}NAME or {LayoutScheme}NAME)");
        ImageReference reference;
        try
        {
            reference = ImageReference.Parse(identifier[(isLayout ? LayoutScheme : Scheme).Length..]).WithDefaultTag();
        }
        catch (FormatException e)
        {
            throw new SourceException(e.Message, e);
        }
        var request = new ImageSourceRequest(reference, platform) { Layout = isLayout ? new LayoutStore("", "") : null };
        foreach (var (name, value) in attributes)
        {
            request = name switch
            {
                ResolveModeAttribute => request with { Mode = ParseMode(value) },
                ChecksumAttribute => request with
                {
                    Checksum = Digest.TryParse(value, out var digest) ? digest : throw new SourceException($"{ChecksumAttribute}: \"{value}\" is not a digest"),
                },
                LayerLimitAttribute or SourceAttributes.OciLayoutLayerLimit => request with
                {
                    LayerLimit = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0
                        ? limit
                        : throw new SourceException($"{name}: \"{value}\" is not a number of layers"),
                },
                SourceAttributes.OciLayoutSession when request.Layout is { } layout => request with { Layout = layout with { SessionId = value } },
                SourceAttributes.OciLayoutStore when request.Layout is { } layout => request with { Layout = layout with { StoreId = value } },
                _ => request,
            };
        }
        return request;
    }

    /// <summary>The words that frontends use for it.</summary>
    public static ImageResolveMode ParseMode(string text) => text switch
    {
        "" or "default" => ImageResolveMode.Default,
        "pull" => ImageResolveMode.Pull,
        "local" => ImageResolveMode.Local,
        _ => throw new SourceException($"{ResolveModeAttribute}: \"{text}\" is not known (want default, pull or local)"),
    };
}
