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
    public void The_environments_progress_mode_gives_way_to_quiet_and_to_the_flag()
    {
        Environment.SetEnvironmentVariable("BUILDKIT_PROGRESS", "plain");
        try
        {
            Assert.Equal("plain", Read(".").Progress);
            Assert.Equal("plain", Read("--progress=auto", ".").Progress);
            Assert.Equal("rawjson", Read("--progress=rawjson", ".").Progress);
            Assert.True(Read("--quiet", ".").Quiet);
            Assert.Throws<CliException>(() => Read("--quiet", "--progress=plain", "."));
        }
        finally
        {
            Environment.SetEnvironmentVariable("BUILDKIT_PROGRESS", null);
        }
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
        var attributes = Attributes(request, new() { ["HTTP_PROXY"] = "p" });
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

    [Theory]
    [InlineData("https://github.com/a/b.git#main:docker")]
    [InlineData("https://github.com/a/b.git?tag=v1&subdir=docker")]
    [InlineData("https://example.com/context.tar.gz")]
    [InlineData("github.com/a/b")]
    [InlineData("git://example.com/b")]
    public void A_url_is_the_frontends_context(string url)
    {
        var request = Read("-f", "docker/Dockerfile", url);
        Assert.True(request.IsContextRemote);
        Assert.Equal(url, Attributes(request)["context"]);
    }

    [Fact]
    public void Named_contexts_are_told_to_the_frontend_by_their_usual_names()
    {
        var attributes = Attributes(
            Read("--build-context", "docker.io/library/alpine:latest=docker-image://busybox:1.36", "--build-context", "src=/tmp", "--build-context", "context=/tmp",
                "--build-context", "repo=https://github.com/a/b.git#v1", "."));
        Assert.Equal("docker-image://busybox:1.36", attributes["context:alpine"]);
        Assert.Equal("local:src", attributes["context:src"]);
        Assert.Equal("local:_context", attributes["context:context"]);
        Assert.Equal("https://github.com/a/b.git#v1", attributes["context:repo"]);
        Assert.DoesNotContain("context", attributes.Keys);
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
    [InlineData("--ssh a=/does/not/exist .", "--ssh: there is no file /does/not/exist")]
    [InlineData("--cache-to mode=max .", "has no type")]
    [InlineData("--attest mode=max .", "has no type")]
    [InlineData("--call outline,form=json .", "--call: \"form\" is not known (did you mean format?)")]
    [InlineData("--call outline,targets .", "names two methods")]
    [InlineData("--call check,format=xml .", "there is no format \"xml\"")]
    [InlineData("https://github.com/a/b.git?tagg=1", "\"tagg\" is not known")]
    [InlineData("--build-context a .", "--build-context: \"a\" is not of the form NAME=SOURCE")]
    [InlineData("--build-context a=/does/not/exist .", "/does/not/exist is neither a directory nor a URL")]
    [InlineData("--build-context a=oci-layout:///does/not/exist:v1 .", "there is no directory /does/not/exist")]
    [InlineData("--build-context a=target:b .", "only a target of bake")]
    [InlineData("--build-context A/../b=. .", "can't be the name")]
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

    [Theory]
    [InlineData("--check .", "lint", false)]
    [InlineData("--call check,format=json .", "lint", true)]
    [InlineData("--print targets .", "targets", false)]
    public void What_the_frontend_is_asked_is_no_build(string line, string method, bool asJson)
    {
        var call = Read(line.Split(' ')).Call!;
        Assert.Equal((method, asJson), (call.Method, call.AsJson));
    }

    [Theory]
    [InlineData("--check=false .")]
    [InlineData("--call build .")]
    public void Building_is_what_is_done_else(string line) => Assert.Null(Read(line.Split(' ')).Call);

    private static Dictionary<string, string> Attributes(BuildRequest request, Dictionary<string, string>? proxies = null)
    {
        // Whatever the working directory of the tests has in it.
        var read = request.IsContextRemote ? request : request with { DockerfilePath = "-" };
        using var sources = BuildSources.OpenAsync(read, Stream.Null, 1, TestContext.Current.CancellationToken).GetAwaiter().GetResult();
        return FrontendAttributes.Create(request, sources, proxies ?? []);
    }

    private static BuildRequest Read(params string[] arguments)
    {
        var command = new BuildCommand();
        var invocation = CommandLineReader.Read(command, arguments, "buildx")!;
        command.RefuseUnsupported(invocation);
        return command.ReadRequest(invocation);
    }
}
