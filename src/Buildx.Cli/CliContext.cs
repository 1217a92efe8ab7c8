using Buildx.Cli.Builders;
using Buildx.Drivers;
using Buildx.Drivers.Docker;
using Buildx.Drivers.Embedded;
using Buildx.Drivers.Store;
using Buildx.Engine.Execution.Bootstrap;

namespace Buildx.Cli;

/// <summary>What every command has around it: the terminal, the global flags, and where builders are kept.</summary>
internal sealed class CliContext
{
    private DockerEnvironment? _docker;
    private BuilderStore? _store;
    private DefaultBuilder? _defaultBuilder;
    private DriverCatalog? _drivers;

    public TextWriter Out { get; init; } = Console.Out;

    public TextWriter Error { get; init; } = Console.Error;

    /// <summary>How the user calls us: <c>buildx</c> or <c>docker buildx</c>.</summary>
    public string CommandName { get; init; } = "buildx";

    /// <summary>Whether Docker's CLI started this process as its plugin.</summary>
    public bool IsDockerPlugin { get; init; }

    /// <summary>
    /// Whether Docker's CLI turned its own command (<c>docker build</c>, <c>docker image build</c>) into ours. All it tells is that
    /// it chooses the Docker context's own builder then.
    /// </summary>
    public bool IsForwardedDockerCommand =>
        IsDockerPlugin && Flags.Builder is null && Environment.GetEnvironmentVariable("BUILDX_BUILDER") == Docker.CurrentContext;

    public GlobalFlags Flags { get; set; } = new();

    public DockerEnvironment Docker => _docker ??= new DockerEnvironment(Flags.DockerConfigDirectory, Flags.DockerContext, Flags.DockerTls);

    public BuilderStore Store => _store ??= BuilderStore.Default(Docker);

    public DefaultBuilder DefaultBuilder => _defaultBuilder ??= new DefaultBuilder(this);

    public DriverCatalog Drivers => _drivers ??= new DriverCatalog(DefaultEngine, () => Docker, () => new RegistryAuthentication(Docker));

    /// <summary>This executable, as the engine.</summary>
    private static EngineCommand DefaultEngine { get; } = new(Environment.ProcessPath ?? "/proc/self/exe", "engine")
    {
        Quickest = () => EngineBootstrap.FindWrapper() is var (program, arguments, environment)
            ? new EngineCommand(program, [.. arguments, DefaultEngine!.Program, .. DefaultEngine.LeadingArguments]) { Environment = environment }
            : null,
    };

    /// <summary>Tells of something that takes long.</summary>
    public void Note(string message) => Error.WriteLine($"{message} …");

    public void Warn(string message) => Error.WriteLine("WARNING: " + message);
}
