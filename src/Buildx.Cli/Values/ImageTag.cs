using Buildx.Oci;

namespace Buildx.Cli.Values;

/// <summary>A name for the image that is built.</summary>
internal static class ImageTag
{
    /// <param name="where">The flag or attribute, for messages.</param>
    /// <exception cref="CliException">It can't be a name.</exception>
    public static ImageReference Parse(string where, string text)
    {
        try
        {
            return ImageReference.Parse(text).WithDefaultTag() is { Digest: null } reference
                ? reference
                : throw new CliException($"{where}: \"{text}\" has a digest; the digest comes out of the build, so a tag can't have one");
        }
        catch (FormatException e)
        {
            throw new CliException($"{where}: {e.Message}", innerException: e);
        }
    }
}
