using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>The real Docker Buildx, with the daemon as builders of its driver <c>remote</c>: <c>unix</c> and <c>tcp</c> (mutual TLS).</summary>
internal sealed class RemoteBuildx : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private RemoteBuildx(Buildkitd daemon) => Daemon = daemon;

    public Buildkitd Daemon { get; }

    public string Path => _directory.Path;

    public string Project => System.IO.Path.Combine(Path, "project");

    public Dictionary<string, string?> Environment { get; } = [];

    public static async Task<RemoteBuildx> CreateAsync(Buildkitd daemon)
    {
        var buildx = new RemoteBuildx(daemon);
        Directory.CreateDirectory(buildx.Project);
        buildx.Environment["BUILDX_CONFIG"] = buildx.Path + "/buildx";
        buildx.Environment["DOCKER_CONFIG"] = buildx.Path + "/docker";
        buildx.Environment["DOCKER_HOST"] = $"unix://{buildx.Path}/no-docker.sock";
        buildx.Environment["BUILDX_BUILDER"] = null;
        await buildx.RunAsync("create", "--name", "unix", "--driver", "remote", "--use", daemon.UnixAddress);
        await buildx.RunAsync(
            "create", "--name", "tcp", "--driver", "remote", "--driver-opt",
            $"cacert={daemon.Certificate(TestCertificates.AuthorityFile)},cert={daemon.Certificate(TestCertificates.ClientCertificateFile)},key={daemon.Certificate(TestCertificates.ClientKeyFile)}",
            daemon.TcpAddress);
        return buildx;
    }

    public void Write(string name, string content) => _directory.Write("project/" + name, content);

    public string Read(string name) => File.ReadAllText(System.IO.Path.Combine(Path, name));

    public async Task<Tool> ToolAsync(string? input = null) => new(await Peers.GetBuildxAsync())
    {
        Environment = Environment,
        WorkingDirectory = Project,
        Timeout = TimeSpan.FromMinutes(3),
        Input = input,
    };

    /// <summary>What it wrote to stdout; its failure fails the test.</summary>
    public async Task<string> RunAsync(params string[] arguments) => (await (await ToolAsync()).SucceedAsync(arguments)).Output;

    /// <summary>Builds with one of the builders; returns the plain progress.</summary>
    public async Task<string> BuildAsync(string builder, params string[] arguments) =>
        (await (await ToolAsync()).SucceedAsync(["build", "--builder", builder, "--progress=plain", .. arguments, "."])).All;

    public async Task<ToolResult> FailAsync(params string[] arguments)
    {
        var result = await (await ToolAsync()).ExecuteAsync(arguments);
        return result.ExitCode != 0 ? result : throw new InvalidOperationException($"it did not fail: {string.Join(' ', arguments)}\n{result.All}");
    }

    public ValueTask DisposeAsync()
    {
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }
}
