using Buildx.Cli.Values;
using Buildx.Drivers.Store;

namespace Buildx.Cli.Building;

/// <summary>Where a build comes from, kept on this machine for who looks at its record later.</summary>
internal sealed class BuildOrigin
{
    private readonly LocalBuilds _builds;
    private readonly string _context;
    private readonly string _dockerfile;

    private BuildOrigin(LocalBuilds builds, string context, string dockerfile) => (_builds, _context, _dockerfile) = (builds, context, dockerfile);

    /// <summary>What the build is called where several are made at once.</summary>
    public string Target { get; set; } = "default";

    /// <summary>The run that it is a part of, if it is.</summary>
    public string? Group { get; set; }

    public static BuildOrigin Of(CliContext context, BuildRequest request)
    {
        var isHere = !request.IsContextRemote && request.ContextPath != "-";
        var dockerfile = request.DockerfilePath ?? "";
        if (dockerfile.Length > 0 && dockerfile != "-" && isHere && !RemoteContext.IsRemote(dockerfile))
            dockerfile = Path.GetFullPath(dockerfile);
        return new BuildOrigin(new LocalBuilds(context.Store.Directory), isHere ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.ContextPath)) : request.ContextPath, dockerfile);
    }

    public void Save(string builder, string node, string reference) =>
        _builds.Save(builder, node, reference, new LocalBuild(Target, _context, _dockerfile, Group));
}
