using System.Globalization;
using System.Text;
using Buildx.Dockerfile;
using Buildx.Llb;
using Buildx.Oci;

namespace Buildx.Engine.Frontends.Dockerfile;

/// <summary>
/// <c>dockerfile.v0</c>: reads the Dockerfile through the session and turns it into one graph per platform.
/// Stages that do not depend on the platform have the same digests in all of them, so they are built once.
/// </summary>
/// <param name="images">Runs the frontend that a file asks for instead of this one.</param>
internal sealed class DockerfileFrontend(IFrontend images) : IFrontend
{
    public async Task<FrontendResult> SolveAsync(FrontendRequest request, IFrontendBridge bridge, CancellationToken cancellationToken)
    {
        var options = DockerfileOptions.Parse(request.Options);
        if (options.Request == Subrequests.Describing)
            return Subrequests.Describe();
        var contexts = await RequestContexts.OpenAsync(options, request, bridge, cancellationToken);
        var source = await contexts.ReadDockerfileAsync(cancellationToken);
        if (SyntaxImage.Find(options, source) is { } other)
            return await ForwardAsync(other, request, source, bridge, cancellationToken);
        if (options.Request == Subrequests.Targets)
            return Subrequests.ListTargets(source);
        try
        {
            if (options.Request is null)
                source.Document.ThrowIfInvalid();
            var ignore = await contexts.ReadIgnorePatternsAsync(source.OwnIgnoreFile, cancellationToken);
            var baseImages = new BridgeImages(bridge, options.ResolveMode);
            if (options.Request is { } subrequest)
                return await Subrequests.AnswerAsync(subrequest, source, Conversion(options, bridge, source, null), contexts.For(ignore), baseImages, cancellationToken);
            return await BuildAsync(options, source, contexts.For(ignore), baseImages, bridge, cancellationToken);
        }
        catch (DockerfileException e)
        {
            throw DockerfileErrors.Wrap(e, source);
        }
    }

    private async Task<FrontendResult> ForwardAsync(
        SyntaxImage other, FrontendRequest request, DockerfileSource source, IFrontendBridge bridge, CancellationToken cancellationToken)
    {
        try
        {
            return await images.SolveAsync(other.Forward(request), bridge, cancellationToken);
        }
        catch (Exception e) when (other.Locate(e, source) is { } located)
        {
            throw located;
        }
    }

    private static async Task<FrontendResult> BuildAsync(
        DockerfileOptions options, DockerfileSource source, IBuildContexts contexts, BridgeImages images, IFrontendBridge bridge, CancellationToken cancellationToken)
    {
        Oci.Platform?[] platforms = options.Platforms.Count == 0 ? [null] : [.. options.Platforms];
        var results = await Task.WhenAll(platforms.Select(platform => Task.Run(
            () => DockerfileConverter.ConvertAsync(source.Document, Conversion(options, bridge, source, platform), contexts, images, cancellationToken),
            cancellationToken)));

        // The rules say the same for every platform.
        foreach (var warning in results[0].Warnings)
            Warn(warning, source, bridge);
        // Hints are about the platforms that are emulated.
        foreach (var hint in results.SelectMany(result => result.Hints).Distinct())
            Warn(hint, source, bridge);
        var references = new List<FrontendReference>();
        var metadata = new Dictionary<string, byte[]>();
        for (var i = 0; i < platforms.Length; i++)
        {
            var platform = platforms[i] ?? BuildPlatform(bridge);
            var result = results[i];
            var id = options.MultiPlatform ? platform.ToString() : "";
            var suffix = options.MultiPlatform ? "/" + id : "";
            references.Add(new FrontendReference(
                id, platform, result.Output is null ? null : await bridge.ReferenceAsync(LlbDefinition.Write(result.Output), cancellationToken), OciJson.Serialize(result.Image)));
            if (result.BaseImage is { } baseImage)
                metadata["containerimage.base.config" + suffix] = OciJson.Serialize(baseImage);
            if (result.Epoch is { } epoch)
                metadata["source.date.epoch" + suffix] = Encoding.ASCII.GetBytes(epoch.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        }
        return new FrontendResult(references, options.MultiPlatform, metadata);
    }

    private static ConversionOptions Conversion(DockerfileOptions options, IFrontendBridge bridge, DockerfileSource source, Oci.Platform? platform) =>
        options.Conversion with
        {
            TargetPlatform = platform,
            BuildPlatforms = [BuildPlatform(bridge), .. bridge.WorkerPlatforms.Skip(1)],
            MultiPlatform = options.MultiPlatform,
            SourceFile = source.File,
        };

    private static Oci.Platform BuildPlatform(IFrontendBridge bridge) => bridge.WorkerPlatforms is [var first, ..] ? first : Oci.Platform.Host;

    private static void Warn(LintWarning warning, DockerfileSource source, IFrontendBridge bridge) => bridge.Warn(new FrontendWarning(
        $"{warning.Rule.Name}: {warning.Message} (line {warning.Range.Start.Line.ToString(CultureInfo.InvariantCulture)})",
        [warning.Rule.Description],
        warning.Rule.Url,
        source.File.ToMessage(),
        SourceLocations.ToMessages([warning.Range]),
        source.VertexDigest));
}
