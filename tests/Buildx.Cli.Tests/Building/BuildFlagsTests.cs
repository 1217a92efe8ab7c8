using Buildx.Cli.Building;
using Buildx.Cli.CommandLine;
using Buildx.Cli.Commands;
using Buildx.Cli.Values;

namespace Buildx.Cli.Tests.Building;

public sealed class BuildFlagsTests
{
    [Fact]
    public void A_usual_build_is_read()
    {
        var request = Read("-t", "r.example.com/a:1", "-t", "b", "--platform", "linux/amd64,linux/arm64", "--platform=linux/arm/v7", "--build-arg", "A=b=c", "--push", ".");
        Assert.Equal(["r.example.com/a:1", "docker.io/library/b:latest"], request.Tags.Select(tag => tag.ToString()));
        Assert.Equal(["linux/amd64", "linux/arm64", "linux/arm/v7"], request.Platforms.Select(platform => platform.ToString()));
        Assert.Equal("b=c", request.BuildArguments["A"]);
        Assert.True(Assert.Single(request.Outputs).Pushes);
    }

    [Fact]
    public void Push_is_added_to_an_image_output_of_ones_own()
    {
        var output = Assert.Single(Read("-t", "a", "-o", "type=image,compression=zstd", "--push", ".").Outputs);
        Assert.True(output.Pushes);
        Assert.Equal("zstd", output.Attributes["compression"]);
    }

    [Fact]
    public void The_frontend_is_told_what_is_asked()
    {
        var request = Read("--target", "t", "--no-cache-filter", "a,b", "--label", "l=1", "--add-host", "h:1.2.3.4", "--ulimit", "nofile=10", "--shm-size", "1k", "--network", "none", "--pull", ".");
        var attributes = FrontendAttributes.Create(request, "Dockerfile", new Dictionary<string, string> { ["HTTP_PROXY"] = "p" });
        Assert.Equal("t", attributes["target"]);
        Assert.Equal("a,b", attributes["no-cache"]);
        Assert.Equal("1", attributes["label:l"]);
        Assert.Equal("h=1.2.3.4", attributes["add-hosts"]);
        Assert.Equal("nofile=10:10", attributes["ulimit"]);
        Assert.Equal("1024", attributes["shm-size"]);
        Assert.Equal("none", attributes["force-network-mode"]);
        Assert.Equal("pull", attributes["image-resolve-mode"]);
        Assert.Equal("p", attributes["build-arg:HTTP_PROXY"]);
    }

    [Fact]
    public void Annotations_go_to_the_exporter()
    {
        var request = Read("-t", "a", "--annotation", "k=v", "--annotation", "index,manifest[linux/amd64]:x=y=z", ".");
        var attributes = ExporterAttributes.Create(request, OutputSpec.Parse("type=image"));
        Assert.Equal("v", attributes["annotation.k"]);
        Assert.Equal("y=z", attributes["annotation-index.x"]);
        Assert.Equal("y=z", attributes["annotation-manifest[linux/amd64].x"]);
        Assert.Equal("docker.io/library/a:latest", attributes["name"]);
    }

    [Theory]
    [InlineData("--ssh default .", "--ssh is not supported yet")]
    [InlineData("--cache-to type=inline .", "--cache-to is not supported yet")]
    [InlineData("--check .", "--check is not supported yet")]
    [InlineData("--sbom true .", "--sbom is not supported yet")]
    [InlineData("--attest type=sbom .", "--attest is not supported yet")]
    [InlineData("--call outline .", "--call=outline is not supported yet")]
    [InlineData("https://github.com/a/b.git", "is not supported yet")]
    [InlineData("/does/not/exist", "the build context /does/not/exist does not exist")]
    [InlineData("--push .", "a pushed image needs a name")]
    [InlineData("--platform linux/amd64/v1/x .", "--platform: \"linux/amd64/v1/x\" is not a platform")]
    [InlineData("-t UPPER/x:1:2 .", "--tag:")]
    [InlineData("--network bridge .", "--network: there is no mode \"bridge\"")]
    [InlineData("--progress fancy .", "--progress: there is no mode \"fancy\"")]
    [InlineData("-f - -", "not both")]
    [InlineData("--allow all .", "--allow: there is no entitlement \"all\"")]
    [InlineData("--resource gpu=1 .", "--resource: there is no limit \"gpu\"")]
    public void What_cannot_be_is_refused_by_name(string line, string message) =>
        Assert.Contains(message, Assert.Throws<CliException>(() => Read(line.Split(' '))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("--provenance=false .")]
    [InlineData("--sbom=false .")]
    [InlineData("--check=false .")]
    public void What_is_switched_off_need_not_be_supported(string line) => Assert.NotNull(Read(line.Split(' ')));

    private static BuildRequest Read(params string[] arguments)
    {
        var command = new BuildCommand();
        var invocation = CommandLineReader.Read(command, arguments, "buildx")!;
        command.RefuseUnsupported(invocation);
        return command.ReadRequest(invocation);
    }
}
