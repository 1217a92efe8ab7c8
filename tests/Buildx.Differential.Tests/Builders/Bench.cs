using Buildx.Differential.Tests.Comparing;
using Buildx.Differential.Tests.Reading;
using Buildx.TestSupport;

namespace Buildx.Differential.Tests.Builders;

/// <summary>
/// Both builders, with the same base images from the same registry, and the servers that Dockerfiles may fetch from: all private,
/// on 127.0.0.1, until it is disposed.
/// </summary>
internal sealed class Bench : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Stack<IAsyncDisposable> _servers = new();
    private RegistryServer _registry = null!;
    private WebServer _web = null!;
    private GitServer _git = null!;
    private Builder _ours = null!;
    private Builder _theirs = null!;
    private int _lastCase;

    private Bench()
    {
    }

    public static async Task<Bench> StartAsync()
    {
        BuildTimes.Begin();
        var bench = new Bench();
        try
        {
            bench._registry = bench.Own(await RegistryServer.StartAsync());
            await Tool.RunAsync(
                "skopeo", "copy", "--all", "--dest-tls-verify=false", $"oci:{Built.BaseImages}:latest",
                $"docker://{bench._registry.Host}/library/busybox:1.36");
            bench._web = bench.Own(await WebServer.StartAsync());
            bench._git = bench.Own(await GitServer.StartAsync());
            // With containerd's image store it writes OCI archives and asks the mirror itself, as ours does.
            var daemon = bench.Own(await DockerDaemon.StartAsync(
                configuration: $$"""{"features":{"containerd-snapshotter":true},"registry-mirrors":["http://{{bench._registry.Host}}"]}"""));
            bench._theirs = new Builder(
                await Peers.GetBuildxAsync(), bench.EnvironmentOf("theirs", daemon.Host));
            bench._ours = new Builder(Built.Executable, bench.EnvironmentOf("ours", $"unix://{bench._directory}/no-docker.sock"));
            var configuration = bench._directory.Write("buildkitd.toml", $"""
                [registry."docker.io"]
                  mirrors = ["{bench._registry.Host}"]
                [registry."{bench._registry.Host}"]
                  http = true
                """);
            await bench._ours.Tool.SucceedAsync("create", "--name", "ours", "--use", "--bootstrap", "--buildkitd-config", configuration);
            return bench;
        }
        catch
        {
            await bench.DisposeAsync();
            throw;
        }
    }

    /// <summary>Builds a case on both sides and compares.</summary>
    public async Task<IReadOnlyList<Difference>> CompareAsync(Case @case)
    {
        // BuildKit keeps what it was sent by the name of its directory, and compares by size and time: no two may have one name.
        var name = $"case{Interlocked.Increment(ref _lastCase)}";
        using var place = new TemporaryDirectory();
        var context = Directory.CreateDirectory(Path.Combine(place.Path, name)).FullName;
        var web = Directory.CreateDirectory(Path.Combine(_web.Path, name)).FullName;
        var git = Directory.CreateDirectory(Path.Combine(_git.Path, name)).FullName;
        foreach (var (path, content) in @case.Files)
            place.Write(Path.Combine(name, path), Fill(content, name));
        await RunScriptAsync(@case.Setup);
        foreach (var (image, dockerfile) in @case.BaseImages)
            await PushBaseImageAsync(image, dockerfile);

        var filled = @case with
        {
            Arguments = [.. @case.Arguments.Select(argument => Fill(argument, name))],
            Context = Fill(@case.Context, name),
        };
        var (ours, theirs) = await BuildAsync();
        var differences = OutcomeComparison.Compare(filled, ours, theirs, comparesCache: false);
        if (@case.Change is null)
            return differences;
        await RunScriptAsync(@case.Change);
        (ours, theirs) = await BuildAsync();
        return [.. differences, .. OutcomeComparison.Compare(filled, ours, theirs, comparesCache: true).Select(difference => difference with { Where = $"{difference.Where} (second build)" })];

        async Task<(Outcome Ours, Outcome Theirs)> BuildAsync()
        {
            var outcomes = await Task.WhenAll(_ours.BuildAsync(filled, context), _theirs.BuildAsync(filled, context));
            return (outcomes[0], outcomes[1]);
        }

        async Task RunScriptAsync(string? script)
        {
            var shell = new Tool("bash") { WorkingDirectory = context, Environment = new Dictionary<string, string?> { ["WEB"] = web, ["GIT"] = git } };
            // What was written just now gets a time of its own; what the script dated stays. BuildKit does not transfer the time of
            // the context's own directory, which so is the build's in both.
            await shell.SucceedAsync("-euc", $"""
                umask 022
                {Fill(script ?? "", name)}
                find . "$WEB" -mindepth 1 -newermt '-1 hour' -exec touch -h -c -d @{BuildTimes.OfContexts.ToUnixTimeSeconds()} '{"{}"}' +
                """);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_ours is not null)
            await _ours.Tool.ExecuteAsync("rm", "--force", "ours");
        while (_servers.TryPop(out var server))
            await server.DisposeAsync();
        _directory.Dispose();
    }

    private async Task PushBaseImageAsync(string image, string dockerfile)
    {
        using var place = new TemporaryDirectory();
        place.Write("Dockerfile", dockerfile);
        await _theirs.Tool.SucceedAsync(
            "build", "--network=host", "--allow=network.host", $"--output=type=image,push=true,name={_registry.Host}/library/{image}", place.Path);
    }

    private string Fill(string text, string name) => text
        .Replace("@WEB@", $"{_web.Url}/{name}", StringComparison.Ordinal)
        .Replace("@REGISTRY@", _registry.Host, StringComparison.Ordinal)
        .Replace("@GIT@", $"{_git.Url}/{name}", StringComparison.Ordinal);

    private Dictionary<string, string?> EnvironmentOf(string side, string dockerHost) => new()
    {
        ["BUILDX_CONFIG"] = Path.Combine(_directory.Path, side, "buildx"),
        ["DOCKER_CONFIG"] = Path.Combine(_directory.Path, side, "docker"),
        ["BUILDX_ENGINE_ROOT"] = Path.Combine(_directory.Path, side, "state"),
        ["BUILDX_ENGINE_RUN"] = Path.Combine(_directory.Path, side, "run"),
        ["BUILDX_BUILDER"] = null,
        ["BUILDX_NO_DEFAULT_ATTESTATIONS"] = "1",
        ["DOCKER_HOST"] = dockerHost,
        ["SOURCE_DATE_EPOCH"] = null,
    };

    private T Own<T>(T server)
        where T : IAsyncDisposable
    {
        _servers.Push(server);
        return server;
    }
}
