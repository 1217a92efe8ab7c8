using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Caches;

/// <summary>The BuildKit inside of Docker Engine, driven by the real Docker Buildx. Its steps need <c>--network=none</c>.</summary>
internal sealed class RealBuildKit : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly DockerDaemon _daemon;
    private readonly Tool _buildx;

    private RealBuildKit(DockerDaemon daemon, string executable)
    {
        _daemon = daemon;
        _buildx = new Tool(executable)
        {
            Environment = new Dictionary<string, string?>
            {
                ["DOCKER_HOST"] = daemon.Host,
                ["DOCKER_CONFIG"] = Path.Combine(_directory.Path, "docker"),
                ["BUILDX_CONFIG"] = Path.Combine(_directory.Path, "buildx"),
                ["BUILDX_BUILDER"] = null,
            },
            Timeout = TimeSpan.FromMinutes(5),
        };
    }

    public static async Task<RealBuildKit> StartAsync(BaseImageRegistry bases) => new(
        await DockerDaemon.StartAsync($$"""{"features":{"containerd-snapshotter":true},"registry-mirrors":["http://{{bases.Server.Host}}"]}"""),
        await Peers.GetBuildxAsync());

    public string DockerHost => _daemon.Host;

    public async Task<string> BuildAsync(string context, params string[] arguments) =>
        (await _buildx.SucceedAsync(["build", "--progress=plain", .. arguments, context])).All;

    public async Task<string> BuildxAsync(params string[] arguments) => (await _buildx.SucceedAsync(arguments)).Output;

    public async ValueTask DisposeAsync()
    {
        await _daemon.DisposeAsync();
        _directory.Dispose();
    }
}
