using System.Text;
using Buildx.Engine.Frontends;
using Buildx.Engine.Frontends.Dockerfile;
using Buildx.Engine.Operations.Files;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Pb;

namespace Buildx.Engine.Tests.Frontends;

public sealed class DockerfileFrontendTests
{
    [Fact]
    public async Task Each_platform_gets_a_graph_and_stages_of_the_build_platform_are_shared()
    {
        var bridge = new Bridge("FROM --platform=$BUILDPLATFORM busybox AS build\nRUN make\nFROM busybox\nCOPY --from=build /a /a\n");
        var result = await SolveAsync(bridge, ("platform", "linux/amd64,linux/arm64"));
        Assert.True(result.IsMultiPlatform);
        Assert.Equal(["linux/amd64", "linux/arm64"], result.References.Select(reference => reference.Id));
        var graphs = result.References.Select(reference => LlbGraph.Read(reference.Reference!.Definition)).ToArray();
        var shared = graphs[0].Vertices.Select(vertex => vertex.Digest).Intersect(graphs[1].Vertices.Select(vertex => vertex.Digest));
        Assert.Equal(2, shared.Count());
    }

    [Fact]
    public async Task Steps_have_the_names_that_users_know()
    {
        var bridge = new Bridge("FROM busybox\nCOPY a /a\n");
        var result = await SolveAsync(bridge);
        Assert.Equal(
            ["[internal] load build definition from Dockerfile", "[internal] load .dockerignore", "[internal] load metadata for docker.io/library/busybox:latest"],
            bridge.Steps);
        Assert.Contains("[internal] load build context", LlbGraph.Read(result.References[0].Reference!.Definition).Vertices.Select(vertex => vertex.Name));
    }

    [Fact]
    public async Task A_missing_Dockerfile_is_reported_by_name()
    {
        var error = await Assert.ThrowsAsync<FrontendException>(() => SolveAsync(new Bridge(null)));
        Assert.Contains("there is no \"Dockerfile\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_with_another_frontend_is_told_with_the_line_that_asks_for_it()
    {
        var error = await Assert.ThrowsAsync<FrontendException>(() => SolveAsync(new Bridge("# syntax=example.com/other\nFROM scratch\n")));
        Assert.StartsWith("Dockerfile:1:1: ", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, error.Ranges[0].Start.Line);
        await SolveAsync(new Bridge("# syntax=docker/dockerfile:1.7-labs\nFROM busybox\n"));
    }

    private static Task<FrontendResult> SolveAsync(Bridge bridge, params (string Key, string Value)[] options) => new DockerfileFrontend(new NoImages()).SolveAsync(
        new FrontendRequest(options.ToDictionary(option => option.Key, option => option.Value), new Dictionary<string, Definition>()),
        bridge, TestContext.Current.CancellationToken);

    private sealed class NoImages : IFrontend
    {
        public Task<FrontendResult> SolveAsync(FrontendRequest request, IFrontendBridge bridge, CancellationToken cancellationToken) =>
            throw new FrontendException($"there is no {request.Options["source"]} here");
    }

    private sealed class Bridge(string? dockerfile) : IFrontendBridge
    {
        public BuildContext Build { get; } = new();

        public List<string> Steps { get; } = [];

        public string SessionId => "session";

        public IReadOnlyList<Oci.Platform> WorkerPlatforms { get; } = [new Oci.Platform("linux", "amd64")];

        public IBuildReference Reference(Definition definition) => new Reference(definition, dockerfile, Steps);

        public Task<ResolvedImageConfig> ResolveImageConfigAsync(
            ImageReference reference, Oci.Platform platform, ImageResolveMode mode, string logName, CancellationToken cancellationToken)
        {
            lock (Steps)
                Steps.Add(logName);
            var config = $$$"""{"os":"linux","architecture":"{{{platform.Architecture}}}","rootfs":{"type":"layers","diff_ids":["sha256:{{{new string('0', 64)}}}"]},"config":{}}""";
            return Task.FromResult(new ResolvedImageConfig(Digest.Sha256(Encoding.UTF8.GetBytes(config)), Encoding.UTF8.GetBytes(config)));
        }

        public void Warn(FrontendWarning warning)
        {
        }

        public Task<T> StepAsync<T>(string name, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) => work(cancellationToken);
    }

    private sealed class Reference(Definition definition, string? dockerfile, List<string> steps) : IBuildReference
    {
        public Definition Definition => definition;

        public LlbOutput? Output => LlbGraph.Read(definition).Output;

        public Task<OutputTree?> GetTreeAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("nothing is to be built here");

        public Task<Snapshot> EvaluateAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("nothing is to be built here");

        public Task<byte[]?> ReadFileAsync(string path, CancellationToken cancellationToken)
        {
            var name = LlbGraph.Read(definition).Output!.Vertex.Name;
            if (!steps.Contains(name))
                steps.Add(name);
            return Task.FromResult(path == "Dockerfile" && dockerfile is not null ? Encoding.UTF8.GetBytes(dockerfile) : null);
        }

        public Task<byte[]?> ReadStartAsync(string path, int length, CancellationToken cancellationToken) => ReadFileAsync(path, cancellationToken);

        public ValueTask<IOpenTree> OpenAsync(CancellationToken cancellationToken) => throw new NotSupportedException("the stand-in has no tree");

        public Task<IReadOnlyList<string>?> ReadDirectoryAsync(string path, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>?>(null);
    }
}
