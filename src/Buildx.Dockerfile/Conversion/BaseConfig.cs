using Buildx.Oci;

namespace Buildx.Dockerfile;

/// <summary>The image config that a stage begins with.</summary>
public static class BaseConfig
{
    internal const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>What <c>FROM scratch</c> starts with.</summary>
    public static ImageConfig Empty(Platform platform) => new()
    {
        Architecture = platform.Architecture,
        Variant = platform.Variant,
        Os = platform.Os,
        OsVersion = platform.OsVersion,
        RootFs = new RootFs(null),
        Config = new ContainerConfig
        {
            WorkingDir = "/",
            Env = platform.Os == "windows" ? null : [DefaultPath],
        },
    };

    /// <summary>
    /// Reads a base image's config. What neither OCI nor the Dockerfile language knows, such as the host name of the container that
    /// Docker once committed, is not handed on to what is built from it.
    /// </summary>
    /// <exception cref="FormatException">Not an image config.</exception>
    public static ImageConfig Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var image = OciJson.ParseConfig(json);
            return image with
            {
                Other = null,
                Config = (image.Config ?? new ContainerConfig()) with { Other = null, StopTimeout = null },
            };
        }
        catch (InvalidDataException e)
        {
            throw new FormatException($"the image's configuration cannot be read: {e.Message}", e);
        }
    }

    internal static ImageConfig WithoutTriggers(ImageConfig image) =>
        image.Config?.OnBuild is null ? image : image with { Config = image.Config with { OnBuild = null } };

    /// <summary>Also of a config that does not name one whole.</summary>
    internal static Platform PlatformOf(ImageConfig image) =>
        new Platform(image.Os, image.Architecture, string.IsNullOrEmpty(image.Variant) ? null : image.Variant) { OsVersion = image.OsVersion }.Normalize();
}
