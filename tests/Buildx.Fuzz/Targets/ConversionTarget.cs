using Buildx.Llb;
using Buildx.Oci;

namespace Buildx.Fuzz.Targets;

/// <summary>Turns a Dockerfile into a graph, and reads that graph.</summary>
internal sealed class ConversionTarget : IFuzzTarget, IImageMetadataResolver
{
    private static readonly byte[] Image =
        """
        {"architecture":"amd64","os":"linux","config":{"Env":["PATH=/bin"],"OnBuild":["RUN echo $A","COPY --from=other /a /b"]},
         "rootfs":{"type":"layers","diff_ids":["sha256:0000000000000000000000000000000000000000000000000000000000000001"]}}
        """u8.ToArray();

    public string Name => "conversion";

    public IEnumerable<string> Seeds => DockerfileTexts.Read();

    public IReadOnlyList<string> Words => DockerfileTexts.Words;

    public void Run(string input)
    {
        try
        {
            Convert(DockerfileDocument.Parse(input), input.Length);
        }
        catch (DockerfileException e)
        {
            if (e.Errors.Count == 0)
                throw new BrokenPromiseException("the file was refused without a reason");
            SyntaxChecks.PlacesLieWithin(input, DockerfileDocument.Parse(input) with { Diagnostics = e.Errors });
        }
        if (!System.Text.Ascii.IsValid(input))
            ConvertBytes(input);
    }

    /// <summary>The same as a file in another encoding.</summary>
    private void ConvertBytes(string input)
    {
        try
        {
            Convert(DockerfileDocument.Parse(System.Text.Encoding.Latin1.GetBytes(input)), input.Length);
        }
        catch (DockerfileException)
        {
            // What it says about places is about another text.
        }
    }

    private void Convert(DockerfileDocument document, int variant)
    {
        var options = new ConversionOptions
        {
            BuildPlatforms = [new Platform("linux", "amd64")],
            TargetPlatform = new Platform("linux", variant % 2 == 0 ? "amd64" : "arm64"),
            MultiPlatform = variant % 3 == 0,
            AllStages = variant % 5 == 0,
        };
        var contexts = new LocalBuildContexts(uniqueId: "u", ignorePatterns: ["*.log", "secret"]);
        var result = DockerfileConverter.ConvertAsync(document, options, contexts, this, CancellationToken.None).GetAwaiter().GetResult();
        if (result.Output is not null)
            _ = LlbGraph.Read(LlbDefinition.Write(result.Output));
        _ = OciJson.Serialize(result.Image);
    }

    public Task<ImageMetadata> ResolveAsync(ImageReference reference, Platform platform, string stepName, CancellationToken cancellationToken) =>
        Task.FromResult(new ImageMetadata(Digest.Sha256(Image), Image));
}
