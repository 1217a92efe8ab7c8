using Buildx.Oci;

namespace Buildx.Cli.Values;

/// <summary><c>--build-context NAME=SOURCE</c>.</summary>
/// <param name="Name">As the Dockerfile names it: without registry and tag where those are the usual ones.</param>
/// <param name="Source">For the frontend, when the engine fetches it; null for a directory.</param>
/// <param name="Directory">The client's directory, absolute; null when it is something else.</param>
/// <param name="Layout">The client's OCI layout; null when it is something else.</param>
internal sealed record NamedContextSpec(string Name, string? Source, string? Directory, LayoutReference? Layout = null)
{
    private const string Flag = "--build-context";

    /// <summary>An image of a container engine on this machine, which becomes a layout before the build begins.</summary>
    public LocalImageReference? LocalImage { get; init; }

    /// <summary>The name of the local source that serves <see cref="Directory"/>: two are taken already.</summary>
    public string LocalName => Name is "context" or "dockerfile" ? "_" + Name : Name;

    /// <exception cref="CliException">It makes no sense, is not there, or is of a kind that isn't supported yet.</exception>
    public static NamedContextSpec Parse(string text)
    {
        var equals = text.IndexOf('=');
        if (equals <= 0 || equals == text.Length - 1)
            throw new CliException($"{Flag}: \"{text}\" is not of the form NAME=SOURCE");
        var (name, source) = (text[..equals], text[(equals + 1)..]);
        name = ParseName(name);
        if (LocalImageReference.Parse(Flag, source) is { } image)
            return new NamedContextSpec(name, null, null) { LocalImage = image };
        if (source.StartsWith("docker-image://", StringComparison.Ordinal) || (!System.IO.Directory.Exists(source) && RemoteContext.IsRemote(source)))
            return new NamedContextSpec(name, source, null);
        if (source.StartsWith("oci-layout://", StringComparison.Ordinal))
        {
            var layout = LayoutReference.Parse(Flag, source);
            return new NamedContextSpec(name, layout.Source, null, layout);
        }
        if (source.StartsWith("target:", StringComparison.Ordinal))
            throw new CliException($"{Flag}: {source}: only a target of bake can be linked to another one");
        if (!System.IO.Directory.Exists(source))
        {
            throw new CliException(File.Exists(source)
                ? $"{Flag}: {source} is a file, not a directory"
                : $"{Flag}: {source} is neither a directory nor a URL (docker-image://, oci-layout://, docker-daemon://, podman://, https://, a git repository)");
        }
        return new NamedContextSpec(name, null, Path.GetFullPath(source));
    }

    /// <summary>A name as the frontend knows it; <c>NAME::PLATFORM</c> is the context for this platform alone.</summary>
    /// <exception cref="CliException">It can't be a name.</exception>
    public static string ParseName(string text)
    {
        var (bare, platform) = text.Split("::", 2) is [var first, var second] ? (first, second) : (text, null);
        if (!ImageReference.TryParse(bare, out var reference))
            throw new CliException($"{Flag}: \"{bare}\" can't be the name of a stage or an image");
        var name = reference.FamiliarName;
        if (name.EndsWith(":latest", StringComparison.Ordinal))
            name = name[..^":latest".Length];
        if (platform is null)
            return name;
        return Platform.TryParse(platform, out var parsed) ? $"{name}::{parsed}" : throw new CliException($"{Flag}: \"{platform}\" in \"{text}\" is not a platform");
    }
}
