using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Frontends;

/// <summary>Frontends that come as images: a build language of their own, run in a container, speaking gRPC over its standard streams.</summary>
public sealed class FrontendImageTests(BaseImageRegistry bases)
{
    [Fact]
    public async Task A_file_s_syntax_line_names_the_image_that_builds_it()
    {
        await using var place = await Workplace.CreateAsync(bases);
        var frontend = await RecipeFrontend.PushAsync(place, bases);
        place.Write("Dockerfile", $"# syntax={frontend}\nfrom busybox:1.36\nrun echo \"made by $(uname -m)\" > /made\nfile /hello hello from a recipe\ntake *.txt /data\n");
        place.Write("a.txt", "of the context");
        place.Write("b.md", "not taken");

        await place.BuildAsync("--platform", "linux/amd64,linux/arm64", "-o", $"type=local,dest={place.Path}/files");

        Assert.Equal("made by x86_64\n", await ReadAsync(place, "files/linux_amd64/made"));
        Assert.Equal("made by aarch64\n", await ReadAsync(place, "files/linux_arm64/made"));
        Assert.Equal("hello from a recipe\n", await ReadAsync(place, "files/linux_arm64/hello"));
        Assert.Equal("of the context", await ReadAsync(place, "files/linux_amd64/data/a.txt"));
        Assert.False(File.Exists(place.Path + "/files/linux_amd64/data/b.md"));
    }

    [Fact]
    public async Task The_real_Buildx_builds_with_a_frontend_image_too()
    {
        await using var place = await Workplace.CreateAsync(bases);
        var frontend = await RecipeFrontend.PushAsync(place, bases);
        place.Write("Dockerfile", $"# syntax={frontend}\nfrom busybox:1.36\nfile /hello hello from a recipe\n");
        await place.BuildxAsync("inspect", "--bootstrap", "test");
        var buildx = place.Tool(await Peers.GetBuildxAsync());
        await buildx.SucceedAsync("create", "--name", "remote", "--driver", "remote", $"unix://{place.Path}/run/test/buildkitd.sock");

        await buildx.SucceedAsync("build", "--builder", "remote", "-o", $"type=local,dest={place.Path}/files", ".");
        Assert.Equal("hello from a recipe\n", await ReadAsync(place, "files/hello"));

        var wrong = await buildx.ExecuteAsync("build", "--builder", "remote", "--build-arg", "FAIL=crash", ".");
        Assert.NotEqual(0, wrong.ExitCode);
        Assert.Contains("Dockerfile:1", wrong.All, StringComparison.Ordinal);
        Assert.Contains("exit code 42", wrong.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BUILDKIT_SYNTAX_forces_a_frontend_on_a_file_that_asks_for_none_and_an_input_replaces_its_image()
    {
        await using var place = await Workplace.CreateAsync(bases);
        var frontend = await RecipeFrontend.PushAsync(place, bases);
        place.Write("Dockerfile", "file /hello forced\n");

        await place.BuildAsync("--build-arg", $"BUILDKIT_SYNTAX={frontend}", "-o", $"type=local,dest={place.Path}/forced");
        Assert.Equal("forced\n", await ReadAsync(place, "forced/hello"));

        await place.BuildAsync(
            "--build-arg", "BUILDKIT_SYNTAX=example.com/none", "--build-context", $"example.com/none=docker-image://{frontend}",
            "-o", $"type=local,dest={place.Path}/replaced");
        Assert.Equal("forced\n", await ReadAsync(place, "replaced/hello"));
    }

    [Fact]
    public async Task What_goes_wrong_with_a_frontend_is_told_with_the_line_that_asks_for_it()
    {
        await using var place = await Workplace.CreateAsync(bases);
        var frontend = await RecipeFrontend.PushAsync(place, bases);

        Assert.Contains("can't be used", await FailAsync(place, $"# syntax={bases.Server.Host}/nobody/knows:this\n"), StringComparison.Ordinal);

        var crash = await FailAsync(place, $"# syntax={frontend}\nfile /a b\n", "--build-arg", "FAIL=crash");
        Assert.Contains("Dockerfile:1:", crash, StringComparison.Ordinal);
        Assert.Contains("exit code 42", crash, StringComparison.Ordinal);
        Assert.Contains("was told to crash", crash, StringComparison.Ordinal);

        Assert.Contains("ended without a result", await FailAsync(place, $"# syntax={frontend}\n", "--build-arg", "FAIL=silence"), StringComparison.Ordinal);
        Assert.Contains("told to fail: politely", await FailAsync(place, $"# syntax={frontend}\n", "--build-arg", "FAIL=politely"), StringComparison.Ordinal);
        Assert.Contains("Dockerfile:3: \"nonsense\" is no step", await FailAsync(place, $"# syntax={frontend}\n\nnonsense\n"), StringComparison.Ordinal);

        // An image that is no frontend at all.
        place.Write("noise/Dockerfile", "FROM busybox:1.36\nENTRYPOINT [\"/bin/echo\", \"just a program\"]\n");
        await place.BuildxAsync("build", "-t", $"{bases.Server.Host}/noise:1", "--push", Path.Combine(place.Project, "noise"));
        var noise = await FailAsync(place, $"# syntax={bases.Server.Host}/noise:1\n");
        Assert.Contains("is no frontend", noise, StringComparison.Ordinal);
        Assert.Contains("just a program", noise, StringComparison.Ordinal);

        // A step of the frontend's graph fails as any step does.
        var step = await FailAsync(place, $"# syntax={frontend}\nfrom busybox:1.36\nrun echo last words; exit 7\n");
        Assert.Contains("last words", step, StringComparison.Ordinal);
        Assert.Contains("exit code: 7", step, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_frontend_that_lacks_what_the_client_needs_is_not_run()
    {
        await using var place = await Workplace.CreateAsync(bases);
        var frontend = await RecipeFrontend.PushAsync(place, bases, capabilities: "");

        var error = await FailAsync(
            place, $"# syntax={frontend}\nfile /a b\n", "--build-context", $"other={place.Project}");

        Assert.Contains("moby.buildkit.frontend.contexts", error, StringComparison.Ordinal);
    }

    private static async Task<string> FailAsync(Workplace place, string file, params string[] arguments)
    {
        place.Write("Dockerfile", file);
        var result = await place.Tool(Repository.Executable).ExecuteAsync(["build", "--progress=plain", .. arguments, place.Project]);
        Assert.NotEqual(0, result.ExitCode);
        return result.All;
    }

    private static Task<string> ReadAsync(Workplace place, string file) =>
        File.ReadAllTextAsync(Path.Combine(place.Path, file), TestContext.Current.CancellationToken);
}
