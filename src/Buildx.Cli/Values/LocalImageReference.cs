namespace Buildx.Cli.Values;

/// <summary>An image of a container engine on this machine: <c>docker-daemon://IMAGE</c> or <c>podman://IMAGE</c>.</summary>
/// <param name="Name">As the engine knows it: a name with or without tag, or an id.</param>
internal sealed record LocalImageReference(LocalImageEngine Engine, string Name)
{
    private const string DockerScheme = "docker-daemon://";
    private const string PodmanScheme = "podman://";

    /// <returns>Null for something else.</returns>
    /// <exception cref="CliException">It names no image.</exception>
    public static LocalImageReference? Parse(string flag, string text)
    {
        LocalImageEngine engine;
        if (text.StartsWith(DockerScheme, StringComparison.Ordinal))
            engine = LocalImageEngine.Docker;
        else if (text.StartsWith(PodmanScheme, StringComparison.Ordinal))
            engine = LocalImageEngine.Podman;
        else
            return null;
        var name = text[(engine is LocalImageEngine.Docker ? DockerScheme : PodmanScheme).Length..];
        return name.Length > 0 && !name.StartsWith('-') && !name.Any(char.IsWhiteSpace) ? new LocalImageReference(engine, name)
            : throw new CliException($"{flag}: {text}: want the name of an image, e.g. {text[..(text.IndexOf("//", StringComparison.Ordinal) + 2)]}busybox:1.36");
    }

    public override string ToString() => (Engine is LocalImageEngine.Docker ? DockerScheme : PodmanScheme) + Name;
}
