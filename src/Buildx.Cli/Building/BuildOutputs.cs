using Buildx.Cli.Builders;
using Buildx.Cli.Values;
using Buildx.Client;
using Buildx.Drivers;
using Buildx.Drivers.Docker;
using Buildx.Oci;

namespace Buildx.Cli.Building;

/// <summary>Where the results go: the exporters of each node's part, with their ends on this side.</summary>
internal sealed class BuildOutputs : IDisposable
{
    private readonly BuildRequest _request;
    private readonly IReadOnlyList<OutputSpec> _outputs;
    private readonly bool _severalNodes;
    private readonly LoadPlan? _load;

    private BuildOutputs(BuildRequest request, IReadOnlyList<OutputSpec> outputs, bool severalNodes, LoadPlan? load)
    {
        (_request, _outputs, _severalNodes, _load) = (request, outputs, severalNodes, load);
        Layout = OpenLayout(outputs);
    }

    public string? Warning { get; private init; }

    /// <summary>The one index of what several nodes push; null where none of them pushes, or there is one node only.</summary>
    public IndexPush? Merge { get; private init; }

    /// <summary>The directory that an image goes to (<c>tar=false</c>); null for none.</summary>
    public LayoutExport? Layout { get; }

    /// <summary>What is left to do when the build is done; null for nothing.</summary>
    private DockerPush? Push { get; init; }

    public static async Task<BuildOutputs> OpenAsync(CliContext context, BuildRequest request, IReadOnlyList<NodeShare> shares, CancellationToken cancellationToken)
    {
        // What isn't built goes nowhere.
        if (request.Call is not null)
            return new BuildOutputs(request, [], false, null);
        var driver = shares[0].Node.Driver;
        if (driver is DockerDriver engine)
        {
            var own = await DockerOutputs.CreateAsync(engine, request, context.Drivers.Authentication, cancellationToken);
            return new BuildOutputs(request, own.Specs, false, null) { Push = own.Push };
        }
        var outputs = request.Outputs;
        if (outputs.Count == 0 && driver.LoadsByDefault)
            outputs = [OutputSpec.Load];
        var merge = shares.Count > 1 ? IndexPush.Plan(context, request, outputs, shares) : null;
        var docker = await ConnectToDockerAsync(context, outputs, cancellationToken);
        if (outputs.Count == 0 && docker is not null)
            outputs = [OutputSpec.Load];
        try
        {
            return new BuildOutputs(
                request, [.. outputs.Where(output => output.Type != OutputType.CacheOnly)], shares.Count > 1,
                docker is null ? null : await LoadPlan.CreateAsync(docker, shares, cancellationToken))
            {
                Merge = merge,
                Warning = outputs.Count > 0 ? null
                    : $"No output specified with {driver.Name} driver. Build result will only remain in the build cache. To push result image into registry use --push or to load image into docker use --load",
            };
        }
        catch
        {
            docker?.Dispose();
            throw;
        }
    }

    /// <summary>The exporters of one node's part.</summary>
    public IReadOnlyList<ExportOptions> ExportsOf(int share, CancellationToken cancellationToken) =>
        [.. _outputs.Where(output => !IsLoad(output) || _load!.Share == share && _load.Only is null).Select(output => ToExport(output, cancellationToken))];

    /// <summary>What is loaded of one node's part when that is built; null for nothing, or for what is loaded with it.</summary>
    public (ExportOptions Export, Platform Platform)? LoadOf(int share, CancellationToken cancellationToken) =>
        _load is { Only: { } platform } && _load.Share == share ? (ToExport(_outputs.First(IsLoad), cancellationToken), platform) : null;

    /// <summary>Names in the directory of an output what the daemon has written there.</summary>
    /// <exception cref="CliException">The directory can't be written.</exception>
    public void Complete(IReadOnlyDictionary<string, string> response)
    {
        if (Layout is null)
            return;
        try
        {
            var names = ExporterAttributes.Create(_request, _outputs.First(output => output.IsLayout)).GetValueOrDefault("name");
            Layout.Complete(response, names == "*" ? null : names);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or FormatException)
        {
            throw new CliException($"--output: {Layout.Layout.DirectoryPath}: {e.Message}", innerException: e);
        }
    }

    /// <summary>Does what can only be done with the finished image.</summary>
    public async Task CompleteAsync(CliContext context, CancellationToken cancellationToken)
    {
        if (_load?.Note is { } note)
            context.Warn(note);
        if (Push is not null)
            await Push.RunAsync(context.Note, cancellationToken);
    }

    public void Dispose() => _load?.Engine.Dispose();

    private static bool IsLoad(OutputSpec output) => output is { Type: OutputType.Docker, Destination: null };

    private static async Task<DockerEngine?> ConnectToDockerAsync(CliContext context, IReadOnlyList<OutputSpec> outputs, CancellationToken cancellationToken)
    {
        if (outputs.FirstOrDefault(IsLoad) is { } loads)
            return await DockerEngine.ConnectAsync(context.Docker, loads.Attributes.GetValueOrDefault("context"), cancellationToken);
        // "docker build" promises an image in the Docker Engine, if there is one.
        if (outputs.Count > 0 || !context.IsForwardedDockerCommand)
            return null;
        try
        {
            return await DockerEngine.ConnectAsync(context.Docker, null, cancellationToken);
        }
        catch (CliException)
        {
            return null;
        }
    }

    private ExportOptions ToExport(OutputSpec output, CancellationToken cancellationToken)
    {
        var isLoad = IsLoad(output);
        if (isLoad && _load!.AsIndex)
            output = output with { Type = OutputType.Oci };
        var attributes = ExporterAttributes.Create(_request, output);
        return new ExportOptions(output.ExporterName)
        {
            Attributes = _severalNodes && output.Pushes ? IndexPush.ByDigest(attributes) : attributes,
            Destination = output.Type switch
            {
                OutputType.Local => new DirectoryDestination(Path.GetFullPath(output.Destination!), output.DeletesOthers),
                _ when output.IsLayout => null,
                _ when isLoad => new FileDestination((_, _) => ValueTask.FromResult<Stream?>(_load!.Engine.OpenLoad(cancellationToken))),
                OutputType.Tar or OutputType.Oci or OutputType.Docker => ToFile(output),
                _ => null,
            },
        };
    }

    private static LayoutExport? OpenLayout(IReadOnlyList<OutputSpec> outputs)
    {
        if (outputs.Where(output => output.IsLayout).ToList() is not [var output, .. var more])
            return null;
        if (more.Count > 0)
            throw new CliException("--output: only one output of a build can be a directory with an image (tar=false): BuildKit knows one such directory for each build");
        var path = Path.GetFullPath(output.Destination!);
        if (File.Exists(path))
            throw new CliException($"--output: {path} is a file, and type={output.ExporterName},tar=false writes a directory");
        try
        {
            return new LayoutExport(OciLayout.Create(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new CliException($"--output: {path} can't be used as an OCI layout: {e.Message}", innerException: e);
        }
    }

    private static FileDestination ToFile(OutputSpec output)
    {
        if (output.Destination is null or "-")
        {
            return Console.IsOutputRedirected
                ? new FileDestination((_, _) => ValueTask.FromResult<Stream?>(Console.OpenStandardOutput()))
                : throw new CliException($"--output: type={output.ExporterName} would write an archive to the terminal; add dest=FILE");
        }
        var path = Path.GetFullPath(output.Destination);
        if (Directory.Exists(path))
            throw new CliException($"--output: {path} is a directory, and type={output.ExporterName} writes a file");
        // The directories above are made, as for type=local.
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return FileDestination.ForPath(path);
    }
}
