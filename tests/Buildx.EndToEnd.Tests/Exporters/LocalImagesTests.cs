using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Exporters;

/// <summary>Base images that no registry has: what the builder has kept, and what a Docker Engine or Podman on this machine has.</summary>
public sealed class LocalImagesTests(BaseImageRegistry bases)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_image_that_is_not_pushed_is_base_of_later_builds_until_it_is_pruned()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN echo kept > /kept\n");
        place.Write("next/Dockerfile", "FROM localhost/base:1\nRUN cat /kept /kept > /twice\n");
        string[] next = ["build", "--progress=plain", "-o", $"type=local,dest={place.Path}/out", place.Project + "/next"];

        await place.BuildAsync("--platform", "linux/amd64,linux/arm64", "-t", "localhost/base:1", "-o", "type=image");
        var usage = await place.BuildxAsync("du", "--verbose", "--filter", "description~=^image");
        await place.BuildxAsync(next);
        var pulled = await place.Tool(Repository.Executable).ExecuteAsync(["build", "--pull", .. next[1..]]);
        // Layers may go, the image has what it needs.
        await place.BuildxAsync("prune", "--force", "--all", "--filter", "description~=RUN|pulled|layer|busybox|FROM");
        await place.BuildxAsync([.. next, "--no-cache"]);
        var pruned = await place.BuildxAsync("prune", "--force", "--verbose", "--filter", "description~=localhost/base");
        var gone = await place.Tool(Repository.Executable).ExecuteAsync(next);

        Assert.Contains("image localhost/base:1", usage, StringComparison.Ordinal);
        Assert.Equal("kept\nkept\n", await File.ReadAllTextAsync(place.Path + "/out/twice", Cancellation));
        Assert.NotEqual(0, pulled.ExitCode);
        Assert.Contains("image localhost/base:1", pruned, StringComparison.Ordinal);
        Assert.NotEqual(0, gone.ExitCode);
        Assert.Contains("localhost/base:1", gone.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_registry_has_goes_before_what_was_kept_and_images_that_are_pushed_are_not_kept()
    {
        await using var place = await Workplace.CreateAsync(bases);
        var image = $"{bases.Server.Host}/kept/{Guid.NewGuid():n}";
        foreach (var (what, output) in new[] { ("old", "type=image"), ("new", "type=image,push=true") })
        {
            place.Write("Dockerfile", $"FROM busybox:1.36\nRUN echo {what} > /which\n");
            await place.BuildAsync("-t", image, "-o", output, "--provenance=false");
        }
        place.Write("Dockerfile", $"FROM {image}\n");

        await place.BuildAsync("-o", $"type=local,dest={place.Path}/out");

        Assert.Equal("new\n", await File.ReadAllTextAsync(place.Path + "/out/which", Cancellation));
        Assert.Single((await place.BuildxAsync("du", "--verbose", "--filter", "description~=^image")).Split('\n'), line => line.Contains(image, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("dockerd", "{}")]
    [InlineData("dockerd", """{"features":{"containerd-snapshotter":true}}""")]
    [InlineData("dockerd-20.10", "{}")]
    public async Task A_context_may_be_an_image_of_the_Docker_Engine(string engine, string configuration)
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var daemon = await DockerDaemon.StartAsync(engine, configuration, Cancellation);
        place.Environment["DOCKER_HOST"] = daemon.Host;
        place.Environment["BUILDX_BUILDER"] = "test";
        var docker = await place.DockerAsync();
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN echo from docker > /a\nRUN echo more > /b && rm -r /tmp\nENV WHO=docker\n");
        await place.BuildAsync("-t", "mine:1", "-o", $"type=docker,dest={place.Path}/mine.tar", "--provenance=false");
        await docker.SucceedAsync("load", "--input", place.Path + "/mine.tar");
        place.Write("next/Dockerfile", "FROM base\nRUN cat /a /b > /all; echo $WHO >> /all; test ! -e /tmp\nFROM scratch\nCOPY --from=files /b /b2\nCOPY --from=0 /all /\n");
        string[] build = ["build", "--progress=plain", "--build-context", "base=docker-daemon://mine:1", "--build-context", "files=docker-daemon://mine:1", "-o", $"type=local,dest={place.Path}/out", place.Project + "/next"];

        await place.BuildxAsync(build);
        var again = await place.BuildxAsync(build);
        var missing = await place.Tool(Repository.Executable).ExecuteAsync("build", "--build-context", "base=docker-daemon://none:1", place.Project + "/next");

        Assert.Equal("from docker\nmore\ndocker\n", await File.ReadAllTextAsync(place.Path + "/out/all", Cancellation));
        Assert.Contains(PlainProgress.CachedSteps(again), step => step.Contains("RUN cat", StringComparison.Ordinal));
        Assert.Contains($"docker-daemon://none:1: the Docker Engine at {daemon.Host} has no image \"none:1\"", missing.All, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(Path.GetTempPath(), "buildx-image-*"));
    }

    [Fact]
    public async Task A_context_may_be_an_image_of_Podman()
    {
        await using var place = await Workplace.CreateAsync(bases);
        // Podman finds its store by this, whoever calls it.
        place.Write("storage.conf", $"[storage]\ndriver = \"vfs\"\ngraphroot = \"{place.Path}/podman\"\nrunroot = \"{place.Path}/podman-run\"\n");
        place.Environment["CONTAINERS_STORAGE_CONF"] = place.Project + "/storage.conf";
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN echo from podman > /a\n");
        await place.BuildAsync("-t", "localhost/mine:1", "-o", $"type=oci,dest={place.Path}/mine.tar", "--provenance=false");
        await place.Tool("podman").SucceedAsync("load", "--input", place.Path + "/mine.tar");
        place.Write("next/Dockerfile", "FROM base\nRUN cp /a /c\n");
        string[] build = ["build", "-o", $"type=local,dest={place.Path}/out", place.Project + "/next", "--build-context"];

        await place.BuildxAsync([.. build, "base=podman://localhost/mine:1"]);
        var missing = await place.Tool(Repository.Executable).ExecuteAsync([.. build, "base=podman://none"]);
        place.Environment["PATH"] = "/nowhere";
        var absent = await place.Tool(Repository.Executable).ExecuteAsync([.. build, "base=podman://none"]);

        Assert.Equal("from podman\n", await File.ReadAllTextAsync(place.Path + "/out/c", Cancellation));
        Assert.Contains("podman://none: Podman has no image \"none\"", missing.All, StringComparison.Ordinal);
        Assert.Contains("podman://none needs the program podman, which is not installed", absent.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_Docker_Engine_it_is_said_who_needs_one()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM base\n");
        var result = await place.Tool(Repository.Executable).ExecuteAsync("build", "--build-context", "base=docker-daemon://busybox", ".");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("docker-daemon://busybox needs a Docker Engine, and none answers at", result.All, StringComparison.Ordinal);
    }
}
