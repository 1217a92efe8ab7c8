using Buildx.Dockerfile;
using Buildx.Engine.Frontends.Dockerfile;
using Buildx.Engine.Solving;
using Buildx.Llb;
using Buildx.Oci;

namespace Buildx.Engine.Frontends.Gateway;

/// <summary><c>gateway.v0</c>: a frontend that comes as an image.</summary>
internal sealed class ImageFrontend(FrontendCatalog catalog) : IFrontend
{
    private const string CapabilitiesOption = "frontend.caps";
    private const string InputsCapability = "moby.buildkit.frontend.inputs";

    public async Task<FrontendResult> SolveAsync(FrontendRequest request, IFrontendBridge bridge, CancellationToken cancellationToken)
    {
        if (request.Options.ContainsKey("gateway-devel"))
        {
            throw new FrontendException(
                "gateway-devel is not supported (BuildKit has given it up too): build the frontend's image, and name it with --build-context NAME=target:… or docker-image://…");
        }
        var name = request.Options.GetValueOrDefault("source", "").Trim();
        if (name.Length == 0)
            throw new FrontendException("gateway.v0 needs the frontend's image: set the option source=IMAGE");
        var contexts = RequestContexts.WithoutMain(DockerfileOptions.Parse(request.Options), request, bridge);
        var replacement = await contexts.FindAsync(name, bridge.WorkerPlatforms is [var native, ..] ? native : Platform.Host, cancellationToken);
        // Docker's own frontend is the built-in one, packed as an image.
        if (replacement is null && SyntaxImage.IsBuiltIn(name))
            return await catalog.Find("dockerfile.v0").SolveAsync(request, bridge, cancellationToken);
        CheckAllowed(name, isReplaced: replacement is not null);
        var program = replacement is null ? await FromImageAsync(name, bridge, cancellationToken) : FromContext(name, replacement);
        RefuseWhatItCannot(program, request);
        return await new FrontendRun(program, catalog, bridge).RunAsync(request, cancellationToken);
    }

    private void CheckAllowed(string name, bool isReplaced)
    {
        // A file's syntax line leads here without naming gateway.v0.
        _ = catalog.Find("gateway.v0");
        if (catalog.Limits.Repositories.Count == 0)
            return;
        if (isReplaced)
            throw new FrontendException($"the frontend {name} can't come from a build context: this builder runs images of these repositories only: {string.Join(", ", catalog.Limits.Repositories)}");
        if (!ImageReference.TryParse(name, out var image) || !catalog.Limits.Allows(image))
            throw new FrontendException($"the frontend image {name} is not allowed: this builder runs images of these repositories only: {string.Join(", ", catalog.Limits.Repositories)}");
    }

    private static FrontendProgram FromContext(string name, NamedContext context) => new(name, context.Open([]), context.Image?.Config ?? new());

    private static async Task<FrontendProgram> FromImageAsync(string name, IFrontendBridge bridge, CancellationToken cancellationToken)
    {
        if (!ImageReference.TryParse(name, out var reference))
            throw new FrontendException($"the frontend {name} is not the name of an image, as e.g. docker/dockerfile:1 is");
        reference = reference.WithDefaultTag();
        var platform = bridge.WorkerPlatforms is [var native, ..] ? native : Platform.Host;
        try
        {
            var resolved = await bridge.ResolveImageConfigAsync(reference, platform, ImageResolveMode.Default, $"resolve image config for {reference}", cancellationToken);
            var image = OciJson.ParseConfig(resolved.ConfigJson);
            var source = LlbSource.Image(reference.WithDigest(resolved.Digest), new VertexOptions { Platform = platform, Name = $"[internal] load frontend {name}" });
            return new FrontendProgram(name, source, image.Config ?? new());
        }
        catch (Exception e) when (e is not (OperationCanceledException or VertexException))
        {
            throw new FrontendException($"the frontend image {name} can't be used: {e.Message}", inner: e);
        }
    }

    /// <summary>Before it runs: a frontend that doesn't know what the client counts on would do something else.</summary>
    private static void RefuseWhatItCannot(FrontendProgram program, FrontendRequest request)
    {
        var required = request.Options.GetValueOrDefault(CapabilitiesOption, "")
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(capability => capability.Split('+')[0]);
        if (request.Inputs.Count > 0)
            required = required.Append(InputsCapability);
        if (required.FirstOrDefault(capability => !program.Capabilities.Contains(capability)) is { } missing)
        {
            throw new FrontendException(
                $"unsupported frontend capability {missing}: the image {program.Name} doesn't list it in its label moby.buildkit.frontend.caps; take a newer one, or build without named contexts")
            {
                UnsupportedCapability = missing,
            };
        }
    }
}
