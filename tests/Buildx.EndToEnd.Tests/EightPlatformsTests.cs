using System.Text.Json;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

public sealed class EightPlatformsTests(BaseImageRegistry bases)
{
    [Fact]
    public async Task The_whole_flow_through_the_Docker_CLI_with_our_plugin()
    {
        await using var registry = await RegistryServer.StartAsync(new RegistryServerOptions { Login = ("user", "secret") });
        // Docker's CLI logs in to a registry without TLS only through an engine.
        await using var engine = await DockerDaemon.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var place = await Workplace.CreateAsync(bases, $"""
            [registry."{registry.Host}"]
              http = true
            """);
        place.Environment["DOCKER_HOST"] = engine.Host;
        var config = Path.Combine(place.Path, "buildkitd.toml");
        var docker = await place.DockerAsync();
        var handlers = HostHandlers();

        await docker.SucceedAsync("buildx", "create", "--use", "--name", "flow", "--buildkitd-config", config);
        await (docker with { Input = "secret" }).SucceedAsync("login", "--username", "user", "--password-stdin", registry.Host);
        string[] build =
        [
            "buildx", "build", "--progress=plain", "--platform", PlatformsExample.Platforms, "-t", $"{registry.Host}/app:latest", "-t", $"{registry.Host}/app:1.0",
            "--push", "--metadata-file", Path.Combine(place.Path, "metadata.json"), PlatformsExample.Directory,
        ];
        await docker.SucceedAsync(build);
        using var metadata = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(place.Path, "metadata.json"), TestContext.Current.CancellationToken));
        var digest = metadata.RootElement.GetProperty("containerimage.digest").GetString()!;

        foreach (var tag in new[] { "latest", "1.0" })
            await PlatformsExample.CheckAsync($"docker://{registry.Host}/app:{tag}", digest, "user:secret");

        var again = await docker.SucceedAsync(build);
        Assert.Equal(8, PlainProgress.CachedSteps(again.All).Count(step => step.Contains("] RUN ", StringComparison.Ordinal)));

        var loaded = await docker.SucceedAsync("build", "--progress=plain", "-t", "app:loaded", PlatformsExample.Directory);
        Assert.Contains("] RUN ", string.Concat(PlainProgress.CachedSteps(loaded.All)));
        Assert.Equal("linux/amd64 x86_64", (await docker.SucceedAsync("run", "--rm", "--network=none", "app:loaded")).Output.Trim());

        await docker.SucceedAsync("logout", registry.Host);
        var refused = await docker.ExecuteAsync(build);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("docker login " + registry.Host, refused.All);
        await docker.SucceedAsync("buildx", "rm", "flow");
        Assert.Equal(handlers, HostHandlers());
    }

    private static IReadOnlyList<string> HostHandlers() =>
        Directory.Exists("/proc/sys/fs/binfmt_misc") ? [.. Directory.GetFiles("/proc/sys/fs/binfmt_misc").Order()] : [];
}
