using System.Text.Json;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Builders;

/// <summary>
/// What a project's pipeline says to Docker, word for word, with our executable as the Docker CLI's plugin: the same whatever the builder.
/// </summary>
[Collection(RemoteCollection.Name)]
public sealed class SessionTests(RemoteBuilder remote)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("docker-container")]
    [InlineData("embedded")]
    [InlineData("remote")]
    public async Task A_pipeline_builds_for_eight_platforms_and_pushes(string driver)
    {
        await using var registry = await RegistryServer.StartAsync(new RegistryServerOptions { Login = ("user", "secret") }, Cancellation);
        await using var place = await Workplace.CreateAsync(remote.Bases);
        place.Environment["DOCKER_HOST"] = await remote.Docker.GetHostAsync();
        var docker = await place.DockerAsync() with { WorkingDirectory = PlatformsExample.Directory };
        var handlers = HostHandlers();
        var image = $"{registry.Host}/app";
        var metadata = place.Path + "/metadata.json";
        string[] create = driver switch
        {
            "docker-container" =>
            [
                "--driver", "docker-container", "--driver-opt", $"image={EngineDocker.Image}", "--driver-opt", "network=host", "--config", place.Path + "/buildkitd.toml",
            ],
            "embedded" => ["--driver", "embedded", "--config", place.Path + "/buildkitd.toml"],
            _ => ["--driver", "remote", remote.Daemon.UnixAddress],
        };

        var installed = await docker.SucceedAsync("run", "--rm", "--privileged", EngineDocker.BinfmtImage, "--install", "all");
        await docker.SucceedAsync(["buildx", "create", "--use", "--name=ci", .. create]);
        await (docker with { Input = "secret" }).SucceedAsync("login", "--username", "user", "--password-stdin", registry.Host);
        string[] build =
        [
            "buildx", "build", "--platform", PlatformsExample.Platforms, "--tag", image + ":latest", "--tag", image + ":1.0", "--metadata-file", metadata, "--push", ".",
        ];
        var log = (await docker.SucceedAsync(build)).All;
        await docker.SucceedAsync("logout", registry.Host);
        var refused = await docker.ExecuteAsync(build);
        await docker.SucceedAsync("buildx", "rm", "ci");

        // The emulators were installed where a user namespace ends: this machine has what it had.
        Assert.Contains("qemu-aarch64", JsonDocument.Parse(installed.Output).RootElement.GetProperty("emulators").EnumerateArray().Select(emulator => emulator.GetString()));
        Assert.Equal(handlers, HostHandlers());
        Assert.Contains($"instance using {driver} driver", log, StringComparison.Ordinal);
        var digest = JsonDocument.Parse(await File.ReadAllTextAsync(metadata, Cancellation)).RootElement.GetProperty("containerimage.digest").GetString()!;
        foreach (var tag in (string[])["latest", "1.0"])
            await PlatformsExample.CheckAsync($"docker://{image}:{tag}", digest, "user:secret");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("docker login " + registry.Host, refused.All, StringComparison.Ordinal);
        Assert.DoesNotContain("buildx_buildkit_ci0", (await docker.SucceedAsync("ps", "--all", "--format", "{{.Names}}")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("buildx_buildkit_ci0_state", (await docker.SucceedAsync("volume", "ls", "--quiet")).Output, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"(?m)^ci\b", (await docker.SucceedAsync("buildx", "ls")).Output);
    }

    private static IReadOnlyList<string> HostHandlers() =>
        Directory.Exists("/proc/sys/fs/binfmt_misc") ? [.. Directory.GetFiles("/proc/sys/fs/binfmt_misc").Order()] : [];
}
