using System.Diagnostics;
using System.Text;
using Buildx.Dockerfile;
using Buildx.Llb;
using Buildx.Oci;

namespace Buildx.Bench.Dockerfile;

/// <summary>Text to the graph that an engine is sent; base images are known, so that nothing waits for a registry.</summary>
internal sealed class DockerfileBenchmark : IBenchmark, IImageMetadataResolver
{
    private static readonly byte[] Image =
        """
        {"architecture":"amd64","os":"linux","config":{"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],"Cmd":["sh"]},
         "rootfs":{"type":"layers","diff_ids":["sha256:0000000000000000000000000000000000000000000000000000000000000001"]}}
        """u8.ToArray();

    public string Name => "dockerfile";

    public IReadOnlyList<string> Shapes { get; } = ["stages", "one-stage"];

    public Func<IReadOnlyList<(string Part, double Milliseconds)>> Prepare(string shape, int size)
    {
        var text = DockerfileText.Create(size, shape == "stages" ? 40 : int.MaxValue);
        var options = new ConversionOptions
        {
            TargetPlatform = new Platform("linux", "amd64"),
            BuildPlatforms = [new Platform("linux", "amd64")],
            SourceFile = new LlbSourceFile("Dockerfile", "Dockerfile", Encoding.UTF8.GetBytes(text)),
            BuildArguments = new Dictionary<string, string> { ["VERSION"] = "1.2.3" },
        };
        ReadDockerfileAsAnEngineDoes();
        return () =>
        {
            var clock = Stopwatch.StartNew();
            var document = DockerfileDocument.Parse(text);
            var parsed = clock.Elapsed.TotalMilliseconds;
            var contexts = new LocalBuildContexts(uniqueId: "unique");
            var result = DockerfileConverter.ConvertAsync(document, options, contexts, this, CancellationToken.None).GetAwaiter().GetResult();
            var converted = clock.Elapsed.TotalMilliseconds;
            _ = LlbDefinition.Write(result.Output);
            var written = clock.Elapsed.TotalMilliseconds;
            return [("parse", parsed), ("convert", converted - parsed), ("write", written - converted)];
        };
    }

    /// <summary>
    /// An engine gets the Dockerfile itself by a graph, and checks what it fetched: hashing and the messages of graphs are in use
    /// before a line is parsed.
    /// </summary>
    private static void ReadDockerfileAsAnEngineDoes() => LlbGraph.Read(LlbDefinition.Write(LlbSource.Local("dockerfile", VertexOptions.None)));

    public Task<ImageMetadata> ResolveAsync(ImageReference reference, Platform platform, string stepName, CancellationToken cancellationToken) =>
        Task.FromResult(new ImageMetadata(Digest.Sha256(Image), Image));
}
