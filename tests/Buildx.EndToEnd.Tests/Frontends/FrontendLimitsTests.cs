using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Frontends;

/// <summary>A builder whose configuration says which frontends there are.</summary>
public sealed class FrontendLimitsTests(BaseImageRegistry bases)
{
    [Fact]
    public async Task Only_images_of_the_repositories_that_are_allowed_run()
    {
        await using var place = await Workplace.CreateAsync(bases, $"[frontend.\"gateway.v0\"]\n  allowedRepositories = [\"{bases.Server.Host}/recipe-frontend\"]\n");
        var frontend = await RecipeFrontend.PushAsync(place, bases);
        place.Write("Dockerfile", $"# syntax={frontend}\nfrom busybox:1.36\nfile /hello hello\n");

        await place.BuildAsync("-o", $"type=local,dest={place.Path}/files");
        var other = await FailAsync(place, "--build-arg", $"BUILDKIT_SYNTAX={bases.Server.Host}/library/busybox:1.36");
        var replaced = await FailAsync(place, "--build-context", $"{frontend}=docker-image://busybox:1.36");
        place.Write("Dockerfile", "# syntax=docker/dockerfile:1\nFROM busybox:1.36\nRUN true\n");
        await place.BuildAsync();

        Assert.Equal("hello\n", await File.ReadAllTextAsync(place.Path + "/files/hello", TestContext.Current.CancellationToken));
        Assert.Contains($"library/busybox:1.36 is not allowed: this builder runs images of these repositories only: {bases.Server.Host}/recipe-frontend", other, StringComparison.Ordinal);
        Assert.Contains("can't come from a build context", replaced, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_frontend_that_is_switched_off_is_not_there()
    {
        await using var place = await Workplace.CreateAsync(bases, "[frontend.\"gateway.v0\"]\n  enabled = false\n");
        await using var without = await Workplace.CreateAsync(bases, "[frontend.\"dockerfile.v0\"]\n  enabled = false\n");
        foreach (var each in (Workplace[])[place, without])
            each.Write("Dockerfile", "FROM busybox:1.36\n");

        await place.BuildAsync();
        var image = await FailAsync(place, "--build-arg", $"BUILDKIT_SYNTAX={bases.Server.Host}/library/busybox:1.36");
        var dockerfile = await FailAsync(without);

        Assert.Contains("frontend gateway.v0 is switched off", image, StringComparison.Ordinal);
        Assert.Contains("frontend dockerfile.v0 is switched off", dockerfile, StringComparison.Ordinal);
    }

    private static async Task<string> FailAsync(Workplace place, params string[] arguments)
    {
        var result = await place.Tool(Repository.Executable).ExecuteAsync(["build", .. arguments, "."]);
        return result.ExitCode != 0 ? result.All : throw new InvalidOperationException("it did not fail\n" + result.All);
    }
}
