using Buildx.Engine.Exporting.Options;

namespace Buildx.Engine.Exporting.Registry;

/// <param name="PushByDigest">Push without a tag; the names must have none.</param>
/// <param name="Insecure">The registry may do without a valid certificate, and without HTTPS.</param>
/// <param name="NameCanonical">Tell also the names with the digest.</param>
/// <param name="Store">Keep the image under its names, for builds that begin with it; null: unless it is pushed.</param>
internal sealed record ImageExporterOptions(ImageOptions Image, bool Push, bool PushByDigest, bool Insecure, bool NameCanonical, bool? Store)
{
    /// <summary>What is pushed is found in the registry.</summary>
    public bool Keeps => Store ?? !Push;

    public static ImageExporterOptions Take(ExporterAttributes attributes)
    {
        var options = new ImageExporterOptions(
            ImageOptions.Take(attributes, inlineAttestations: true),
            attributes.TakeFlag("push") ?? false,
            attributes.TakeFlag("push-by-digest") ?? false,
            attributes.TakeFlag("registry.insecure") ?? false,
            attributes.TakeFlag("name-canonical") ?? false,
            attributes.TakeFlag("store"));
        // Layers are unpacked when a step needs them.
        attributes.TakeFlag("unpack");
        attributes.Ignore("unsafe-internal-store-allow-incomplete");
        if (options.Push && options.Image.Names is { References: [], FromFrontend: false })
            throw new ExportException("push=true needs a name to push to: add --tag REGISTRY/NAME or name=…");
        if (options.PushByDigest && options.Image.Names.References.FirstOrDefault(name => name.Tag is not null) is { } tagged)
            throw new ExportException($"can't push tagged ref {tagged} by digest: leave the tag out");
        return options;
    }
}
