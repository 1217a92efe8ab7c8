using Buildx.Cli.Values;
using Buildx.Client;
using Buildx.Drivers;
using Buildx.Drivers.Docker;

namespace Buildx.Cli.Building;

/// <summary>Where the results go: the exporters with their ends on this side.</summary>
internal sealed class BuildOutputs : IDisposable
{
    private readonly DockerEngine? _docker;

    private BuildOutputs(IReadOnlyList<ExportOptions> exports, DockerEngine? docker, string? warning) =>
        (Exports, _docker, Warning) = (exports, docker, warning);

    public IReadOnlyList<ExportOptions> Exports { get; }

    public string? Warning { get; }

    /// <summary>What is left to do when the build is done; null for nothing.</summary>
    private DockerPush? Push { get; init; }

    public static async Task<BuildOutputs> OpenAsync(CliContext context, IDriver driver, BuildRequest request, CancellationToken cancellationToken)
    {
        // What isn't built goes nowhere.
        if (request.Call is not null)
            return new BuildOutputs([], null, null);
        if (driver is DockerDriver engine)
        {
            var own = await DockerOutputs.CreateAsync(engine, request, context.Drivers.Authentication, cancellationToken);
            return new BuildOutputs([.. own.Specs.Select(output => ToExport(request, output, null, cancellationToken))], null, null) { Push = own.Push };
        }
        var outputs = request.Outputs;
        if (outputs.Count == 0 && driver.LoadsByDefault)
            outputs = [OutputSpec.Load];
        var docker = await ConnectToDockerAsync(context, request, outputs, cancellationToken);
        if (outputs.Count == 0 && docker is not null)
            outputs = [OutputSpec.Load];
        var warning = outputs.Count > 0 ? null
            : $"No output specified with {driver.Name} driver. Build result will only remain in the build cache. To push result image into registry use --push or to load image into docker use --load";
        try
        {
            return new BuildOutputs(
                [.. outputs.Where(output => output.Type != OutputType.CacheOnly).Select(output => ToExport(request, output, docker, cancellationToken))], docker, warning);
        }
        catch
        {
            docker?.Dispose();
            throw;
        }
    }

    /// <summary>Does what can only be done with the finished image.</summary>
    public Task CompleteAsync(Action<string> report, CancellationToken cancellationToken) => Push?.RunAsync(report, cancellationToken) ?? Task.CompletedTask;

    public void Dispose() => _docker?.Dispose();

    private static async Task<DockerEngine?> ConnectToDockerAsync(
        CliContext context, BuildRequest request, IReadOnlyList<OutputSpec> outputs, CancellationToken cancellationToken)
    {
        var loads = outputs.FirstOrDefault(output => output is { Type: OutputType.Docker, Destination: null });
        if (loads is not null)
        {
            return request.Platforms.Count <= 1
                ? await DockerEngine.ConnectAsync(context.Docker, loads.Attributes.GetValueOrDefault("context"), cancellationToken)
                : throw new CliException("--load takes an image for one platform; choose one with --platform, or push the image (--push)");
        }
        // "docker build" promises an image in the Docker Engine, if there is one.
        if (outputs.Count > 0 || !context.IsForwardedDockerCommand || request.Platforms.Count > 1)
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

    private static ExportOptions ToExport(BuildRequest request, OutputSpec output, DockerEngine? docker, CancellationToken cancellationToken) => new(output.ExporterName)
    {
        Attributes = ExporterAttributes.Create(request, output),
        Destination = output.Type switch
        {
            OutputType.Local => new DirectoryDestination(Path.GetFullPath(output.Destination!)),
            OutputType.Docker when output.Destination is null => new FileDestination((_, _) => ValueTask.FromResult<Stream?>(docker!.OpenLoad(cancellationToken))),
            OutputType.Tar or OutputType.Oci or OutputType.Docker => ToFile(output),
            _ => null,
        },
    };

    private static FileDestination ToFile(OutputSpec output)
    {
        if (output.Attributes.TryGetValue("tar", out var tar) && !output.IsTrue("tar"))
            throw new CliException($"--output: tar={tar} of type={output.ExporterName} is not supported yet: an archive is written");
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
