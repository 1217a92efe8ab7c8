using Buildx.Oci;

namespace Buildx.Dockerfile.Tests;

public sealed class EmulationHintTests
{
    [Theory]
    [InlineData("FROM golang:1 AS build\nENV CGO_ENABLED=0\nRUN go build -o /app .\nFROM scratch\nCOPY --from=build /app /\n",
        "FROM --platform=$BUILDPLATFORM golang:1 AS build, and behind it ARG TARGETOS TARGETARCH, and GOOS=$TARGETOS GOARCH=$TARGETARCH before go build")]
    [InlineData("FROM golang:1 AS build\nARG TARGETARCH\nRUN CGO_ENABLED=0 GOARCH=$TARGETARCH go build -ldflags \"-X v=$(git describe)\" -o /app .\nFROM scratch\nCOPY --from=build /app /\n",
        "write FROM --platform=$BUILDPLATFORM golang:1 AS build")]
    [InlineData("from node:22 as pages\nWORKDIR /src\nCOPY . .\nRUN npm ci && \\\n  npm run build\nFROM nginx\nCOPY --from=pages /src/dist /usr/share/nginx/html\n", "FROM --platform=$BUILDPLATFORM node:22 as pages")]
    [InlineData("FROM maven:3\nRUN mvn -q package\nFROM eclipse-temurin\nCOPY --from=0 /target/app.jar /\n", "FROM --platform=$BUILDPLATFORM maven:3")]
    [InlineData("FROM --platform=$TARGETPLATFORM node AS deps\nRUN npm ci\nFROM deps AS build\nRUN <<EOF\nset -e\nnpm run build\nEOF\nFROM nginx\nCOPY --from=build /dist /d\n", "2 RUN of this stage are emulated, but npm ci, npm run can work")]
    public async Task A_stage_that_need_not_be_emulated_is_told_what_to_write(string text, string expected)
    {
        var hint = Assert.Single(await HintsAsync(text));
        Assert.Equal(LintRules.EmulatedRun, hint.Rule);
        Assert.Contains(expected, hint.Message, StringComparison.Ordinal);
        Assert.Equal(1, hint.Range.Start.Line);
    }

    [Theory]
    [InlineData("FROM golang:1\nENV CGO_ENABLED=0\nRUN go build -o /app .\n", "the result is built on it")]
    [InlineData("FROM golang:1 AS b\nRUN CGO_ENABLED=0 go build -o /app .\nFROM b\nRUN /app\n", "the result is built on it")]
    [InlineData("FROM --platform=$BUILDPLATFORM golang:1 AS b\nRUN CGO_ENABLED=0 go build -o /app .\nFROM scratch\nCOPY --from=b /app /\n", "it runs natively already")]
    [InlineData("FROM golang:1 AS b\nRUN go build -o /app .\nFROM scratch\nCOPY --from=b /app /\n", "a C compiler may be at work")]
    [InlineData("FROM gcc AS b\nRUN make\nFROM scratch\nCOPY --from=b /app /\n", "make may do anything")]
    [InlineData("FROM gcc AS b\nRUN gcc a.c\nFROM scratch\nCOPY --from=b /a.out /\n", "machine code")]
    [InlineData("FROM node AS b\nWORKDIR /app\nRUN npm ci\nFROM node\nCOPY --from=b /app /app\n", "modules with machine code are copied")]
    [InlineData("FROM node AS b\nWORKDIR /app\nRUN npm ci\nFROM node\nCOPY --from=b /app/node_modules /app/node_modules\n", "modules with machine code are copied")]
    [InlineData("FROM node AS b\nRUN npm install -g x\nFROM node\nCOPY --from=b /x /x\n", "programs are installed")]
    [InlineData("FROM debian AS b\nRUN apt-get update && apt-get install -y curl\nFROM debian\nCOPY --from=b /usr/bin/curl /usr/bin/curl\n", "nothing is made")]
    [InlineData("FROM maven AS b\nRUN mvn package\nFROM debian\nCOPY --from=b / /\n", "everything is copied")]
    [InlineData("FROM maven AS b\nRUN mvn package\nFROM debian\nRUN --mount=from=b,target=/b cp /b/x /\n", "everything is mounted")]
    [InlineData("FROM gcc AS tool\nRUN make\nFROM maven AS b\nCOPY --from=tool /t /t\nRUN mvn package\nFROM debian\nCOPY --from=b /x /\n", "it may run what was made for the target")]
    [InlineData("FROM maven AS b\nRUN mvn -Darch=$(uname -m) package\nFROM debian\nCOPY --from=b /x /\n", "it asks for the machine")]
    [InlineData("# check=skip=EmulatedRun\nFROM maven AS b\nRUN mvn package\nFROM debian\nCOPY --from=b /x /\n", "it is to be skipped")]
    [InlineData("# check=skip=EmulatedRun\n# check\nFROM debian AS unused\nRUN mvn package\nFROM debian\n", "nobody needs it")]
    public async Task A_stage_that_may_need_its_machine_is_left_alone(string text, string why) => Assert.True((await HintsAsync(text)).Count == 0, why);

    [Theory]
    [InlineData("amd64")]
    [InlineData("386")]
    public async Task Nothing_is_said_where_nothing_is_emulated(string architecture) => Assert.Empty(await HintsAsync(Emulated, architecture));

    [Fact]
    public async Task A_hint_fails_a_build_only_when_asked_for()
    {
        var result = await ConvertAsync("# check=error=true\n" + Emulated, "arm64");
        Assert.Empty(result.Warnings);
        Assert.Single(result.Hints);
        var error = await Assert.ThrowsAsync<DockerfileException>(() => ConvertAsync("# check=error=true;experimental=EmulatedRun\n" + Emulated, "arm64"));
        Assert.Contains("EmulatedRun", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Images that there are for whatever is asked.</summary>
    private sealed class EveryPlatform : IImageMetadataResolver
    {
        public Task<ImageMetadata> ResolveAsync(ImageReference reference, Platform platform, string stepName, CancellationToken cancellationToken) =>
            Task.FromResult(new ImageMetadata(null, System.Text.Encoding.ASCII.GetBytes($$$"""
                {"architecture":"{{{platform.Architecture}}}","os":"linux","config":{},
                 "rootfs":{"type":"layers","diff_ids":["sha256:0000000000000000000000000000000000000000000000000000000000000001"]}}
                """)));
    }

    private const string Emulated = "FROM maven AS b\nRUN mvn package\nFROM debian\nCOPY --from=b /x /\n";

    private static async Task<IReadOnlyList<LintWarning>> HintsAsync(string text, string architecture = "arm64") => (await ConvertAsync(text, architecture)).Hints;

    private static Task<ConversionResult> ConvertAsync(string text, string architecture) => DockerfileConverter.ConvertAsync(
        DockerfileDocument.Parse(text),
        new ConversionOptions { BuildPlatforms = [new Platform("linux", "amd64")], TargetPlatform = new Platform("linux", architecture) },
        new LocalBuildContexts(), new EveryPlatform(), TestContext.Current.CancellationToken);
}
