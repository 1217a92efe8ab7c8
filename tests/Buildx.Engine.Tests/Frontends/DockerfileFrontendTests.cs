using System.Text;
using Buildx.Engine.Frontends;
using Buildx.Engine.Frontends.Dockerfile;
using Buildx.Engine.Operations.Files;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Engine.Trees;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Gateway;
using Buildx.Protocol.Pb;
using Buildx.Protocol.SourcePolicies;

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

    [Fact]
    public async Task A_stage_that_is_emulated_without_need_is_a_warning_of_the_build()
    {
        var bridge = new Bridge("FROM maven AS jar\nRUN mvn package\nFROM debian\nCOPY --from=jar /x.jar /\n");
        await SolveAsync(bridge, ("platform", "linux/amd64"));
        Assert.Empty(bridge.Warnings);
        await SolveAsync(bridge, ("platform", "linux/amd64,linux/arm64,linux/s390x"));
        var warning = Assert.Single(bridge.Warnings);
        Assert.StartsWith("EmulatedRun: the RUN of this stage is emulated", warning.Message, StringComparison.Ordinal);
        Assert.EndsWith("write FROM --platform=$BUILDPLATFORM maven AS jar (line 1)", warning.Message, StringComparison.Ordinal);
        Assert.Equal(1, warning.Ranges[0].Start.Line);
    }

    [Theory]
    [InlineData("git", 1_600_000_000)]
    [InlineData("download", 1_500_000_000)]
    [InlineData("archive", 1_400_000_000)]
    [InlineData("something", null)]
    public async Task The_time_of_a_build_can_be_that_of_a_remote_source(string kind, int? expected)
    {
        var directory = Directory.CreateTempSubdirectory("source-").FullName;
        try
        {
            var file = Path.Combine(directory, "context");
            switch (kind)
            {
                case "git":
                    Directory.SetLastWriteTimeUtc(directory, DateTime.UnixEpoch.AddSeconds(1_600_000_000));
                    break;
                case "archive":
                    WriteArchive(file, 1_300_000_000, 1_400_000_000, 1_350_000_000);
                    File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);
                    break;
                default:
                    await File.WriteAllTextAsync(file, "no archive", TestContext.Current.CancellationToken);
                    File.SetLastWriteTimeUtc(file, kind == "download" ? DateTime.UnixEpoch.AddSeconds(1_500_000_000) : DateTime.UnixEpoch);
                    break;
            }
            var bridge = new Bridge("FROM busybox\nWORKDIR /a\n") { Tree = directory };
            var url = kind == "git" ? "https://host/repository.git#v1" : "https://host/file";
            var result = await SolveAsync(bridge, ("build-arg:SOURCE_DATE_EPOCH", "src"), ("context:src", url));
            Assert.Equal(expected?.ToString(System.Globalization.CultureInfo.InvariantCulture), result.Metadata.TryGetValue("source.date.epoch", out var epoch) ? Encoding.ASCII.GetString(epoch) : null);
            Assert.Equal(kind == "git" ? "commit" : null, bridge.Opened!.Attrs.TryGetValue("git.mtime", out var time) ? time : null);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static void WriteArchive(string path, params int[] times)
    {
        using var compressed = new System.IO.Compression.GZipStream(File.Create(path), System.IO.Compression.CompressionLevel.Fastest);
        using var archive = new System.Formats.Tar.TarWriter(compressed);
        foreach (var time in times)
        {
            archive.WriteEntry(new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, $"f{time}")
            {
                ModificationTime = DateTimeOffset.FromUnixTimeSeconds(time),
                DataStream = new MemoryStream("x"u8.ToArray()),
            });
        }
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

        public List<FrontendWarning> Warnings { get; } = [];

        /// <summary>What any source is found to be.</summary>
        public string? Tree { get; init; }

        public SourceOp? Opened { get; set; }

        public string SessionId => "session";

        public IReadOnlyList<Oci.Platform> WorkerPlatforms { get; } = [new Oci.Platform("linux", "amd64")];

        public Task<IBuildReference> ReferenceAsync(Definition definition, CancellationToken cancellationToken, IReadOnlyCollection<Policy>? policies = null) =>
            Task.FromResult<IBuildReference>(new Reference(definition, dockerfile, Steps, this));

        public Task<ResolveSourceMetaResponse> DescribeSourceAsync(ResolveSourceMetaRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<ResolvedImageConfig> ResolveLayoutConfigAsync(
            ImageReference reference, Buildx.Engine.Sources.Image.LayoutStore layout, Buildx.Oci.Platform platform, string logName, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<ResolvedImageConfig> ResolveImageConfigAsync(
            ImageReference reference, Oci.Platform platform, ImageResolveMode mode, string logName, CancellationToken cancellationToken,
            IReadOnlyCollection<Policy>? policies = null)
        {
            lock (Steps)
                Steps.Add(logName);
            var config = $$$"""{"os":"linux","architecture":"{{{platform.Architecture}}}","rootfs":{"type":"layers","diff_ids":["sha256:{{{new string('0', 64)}}}"]},"config":{}}""";
            return Task.FromResult(new ResolvedImageConfig(Digest.Sha256(Encoding.UTF8.GetBytes(config)), Encoding.UTF8.GetBytes(config)));
        }

        public void RememberRequest(string frontend, IReadOnlyDictionary<string, string> options)
        {
        }

        public void ImportCaches(IReadOnlyList<Buildx.Engine.CacheTransfer.CacheRequest> caches) => throw new InvalidOperationException("nothing is to be built here");

        public void Warn(FrontendWarning warning) => Warnings.Add(warning);

        public Task<T> StepAsync<T>(string name, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) => work(cancellationToken);
    }

    private sealed class Reference(Definition definition, string? dockerfile, List<string> steps, Bridge bridge) : IBuildReference
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

        public ValueTask<IOpenTree> OpenAsync(CancellationToken cancellationToken)
        {
            bridge.Opened = Output!.Vertex.Operation.Source;
            return ValueTask.FromResult<IOpenTree>(new OpenTree(new FileTree(bridge.Tree ?? throw new NotSupportedException("the stand-in has no tree"))));
        }

        public Task<IReadOnlyList<string>?> ReadDirectoryAsync(string path, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>?>(null);
    }

    private sealed record OpenTree(FileTree Tree) : IOpenTree
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
