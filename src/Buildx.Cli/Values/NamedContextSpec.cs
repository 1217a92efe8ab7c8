using Buildx.Oci;

namespace Buildx.Cli.Values;

/// <summary><c>--build-context NAME=SOURCE</c>.</summary>
/// <param name="Name">As the Dockerfile names it: without registry and tag where those are the usual ones.</param>
/// <param name="Source">For the frontend, when the engine fetches it; null for a directory.</param>
/// <param name="Directory">The client's directory, absolute; null when the engine fetches it.</param>
internal sealed record NamedContextSpec(string Name, string? Source, string? Directory)
{
    private const string Flag = "--build-context";

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
        if (source.StartsWith("docker-image://", StringComparison.Ordinal) || (!System.IO.Directory.Exists(source) && RemoteContext.IsRemote(source)))
            return new NamedContextSpec(name, source, null);
        if (source.StartsWith("oci-layout://", StringComparison.Ordinal))
            throw new CliException($"{Flag}: {source}: an OCI layout is not supported yet; push the image and use docker-image://");
        if (source.StartsWith("target:", StringComparison.Ordinal))
            throw new CliException($"{Flag}: {source}: only a target of bake can be linked to another one");
        if (!System.IO.Directory.Exists(source))
        {
            throw new CliException(File.Exists(source)
                ? $"{Flag}: {source} is a file, not a directory"
                : $"{Flag}: {source} is neither a directory nor a URL (docker-image://, https://, a git repository)");
        }
        return new NamedContextSpec(name, null, Path.GetFullPath(source));
    }

    /// <exception cref="CliException">It can't be a name.</exception>
    public static string ParseName(string text)
    {
        if (!ImageReference.TryParse(text, out var reference))
            throw new CliException($"{Flag}: \"{text}\" can't be the name of a stage or an image");
        var name = reference.FamiliarName;
        return name.EndsWith(":latest", StringComparison.Ordinal) ? name[..^":latest".Length] : name;
    }
}
