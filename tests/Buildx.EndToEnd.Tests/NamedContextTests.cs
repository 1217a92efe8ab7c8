using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary><c>--build-context</c>: what takes the place of stages and images.</summary>
public sealed class NamedContextTests(BaseImageRegistry bases)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_OCI_layout_of_skopeo_is_base_image_and_source_of_COPY(bool withDockerBuildx)
    {
        await using var place = await Workplace.CreateAsync(bases);
        await CopyLayoutAsync(place, "--all", "all:latest");
        await CopyLayoutAsync(place, "--override-arch=amd64", "one:v1");
        place.Write("Dockerfile", """
            FROM base AS built
            RUN uname -m > /machine
            FROM scratch
            COPY --from=built /machine /
            COPY --from=files /bin/busybox /
            RUN --mount=from=files,target=/files ["/busybox", "cp", "/files/etc/passwd", "/users"]
            """);
        var buildx = withDockerBuildx ? await DockerBuildxTests.ConnectAsync(place) : place.Tool(Repository.Executable);

        await buildx.SucceedAsync([
            "build", .. withDockerBuildx ? (string[])["--builder", "remote"] : [], "--platform", "linux/amd64,linux/arm64",
            "--build-context", "base=oci-layout://all", "--build-context", "files=oci-layout://one:v1", "-o", "out", "."]);

        Assert.Equal("x86_64\n", await ReadAsync(place, "out/linux_amd64/machine"));
        Assert.Equal("aarch64\n", await ReadAsync(place, "out/linux_arm64/machine"));
        Assert.StartsWith("root:", await ReadAsync(place, "out/linux_arm64/users"));
    }

    [Fact]
    public async Task An_image_on_top_of_a_layout_is_pushed_with_the_layouts_layers()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await CopyLayoutAsync(place, "--override-arch=amd64", "one:v1");
        place.Write("Dockerfile", "FROM base\n");

        await place.BuildxAsync("build", "--build-context", "base=oci-layout://one", "-t", $"{bases.Server.Host}/from-layout:{Guid.NewGuid():n}", "--push", "--metadata-file", "metadata", ".");

        var pushed = System.Text.Json.Nodes.JsonNode.Parse(await ReadAsync(place, "metadata"))!["containerimage.digest"]!.ToString();
        var layout = System.Text.Json.Nodes.JsonNode.Parse(await ReadAsync(place, "one/index.json"))!["manifests"]![0]!["digest"]!.ToString();
        var layers = await Tool.RunAsync("skopeo", "inspect", "--tls-verify=false", "--format", "{{.Layers}}", $"docker://{bases.Server.Host}/library/busybox:1.36");
        Assert.NotEqual("", pushed);
        Assert.Contains(layers.Trim('[', ']', '\n'), await ReadAsync(place, $"one/blobs/{layout.Replace(':', '/')}"));
    }

    [Theory]
    [InlineData("one:v2", "the layout has no image \"v2\"; it has v1")]
    [InlineData("none", "there is no directory none")]
    [InlineData(".", "it has no file oci-layout")]
    [InlineData("Dockerfile", "Dockerfile is a file; an OCI layout is a directory")]
    [InlineData("one@sha256:12", "\"sha256:12\" is not a digest")]
    public async Task A_layout_or_image_that_is_not_there_is_named(string layout, string message)
    {
        await using var place = await Workplace.CreateAsync(bases);
        await CopyLayoutAsync(place, "--override-arch=amd64", "one:v1");
        place.Write("Dockerfile", "FROM base\n");

        var refused = await place.Tool(Repository.Executable).ExecuteAsync("build", "--build-context", $"base=oci-layout://{layout}", ".");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains(message, refused.Error);
    }

    [Fact]
    public async Task Directories_images_and_platforms_replace_stages()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("other/file", "of the other directory");
        place.Write("other/hidden", "");
        place.Write("other/.dockerignore", "hidden\n");
        place.Write("Dockerfile", """
            FROM nothing/at:all AS files
            FROM never/made AS tools
            FROM scratch
            COPY --from=files . /files
            COPY --from=tools /bin/busybox /
            RUN ["/busybox", "true"]
            """);

        await place.BuildxAsync(
            "build", "--build-context", "files=other", "--build-context", "tools=docker-image://scratch", "--build-context", "tools::linux/amd64=docker-image://busybox:1.36",
            "--platform", "linux/amd64", "-o", "out", ".");

        Assert.Equal("of the other directory", await ReadAsync(place, "out/files/file"));
        Assert.False(File.Exists(Path.Combine(place.Project, "out/files/hidden")));
    }

    /// <param name="which"><c>--all</c> platforms, or an <c>--override-arch</c>.</param>
    private async Task CopyLayoutAsync(Workplace place, string which, string layout)
    {
        // The override is a flag of skopeo, not of its command.
        string[] arguments = which == "--all" ? ["copy", "--all"] : [which, "copy"];
        await place.Tool("skopeo").SucceedAsync([.. arguments, "--src-tls-verify=false", $"docker://{bases.Server.Host}/library/busybox:1.36", $"oci:{layout}"]);
    }

    private static Task<string> ReadAsync(Workplace place, string path) => File.ReadAllTextAsync(Path.Combine(place.Project, path), TestContext.Current.CancellationToken);
}
