using Buildx.Llb;
using Buildx.Oci;

namespace Buildx.Dockerfile;

/// <summary>Finds out what the images are that stages start from, all at the same time.</summary>
internal sealed class BaseImages(ConversionContext context)
{
    private static readonly string[] CommonImages = ["alpine", "busybox", "centos", "debian", "golang", "ubuntu", "fedora", "node", "python", "nginx"];

    private readonly Dictionary<(Digest, Platform), ImageConfig> _configs = [];

    public async Task ResolveAsync(HashSet<StageNode> needed, CancellationToken cancellationToken)
    {
        var work = new List<Task>();
        foreach (var node in context.Nodes)
        {
            if (node.Base is not null || node.Resolved || node.Converted)
                continue;
            var isNeeded = needed.Contains(node);
            node.Resolved = isNeeded;
            if (node.BaseName == "scratch" && node.Context is null)
            {
                node.Image = BaseConfig.Empty(context.TargetPlatform);
                node.Platform = context.TargetPlatform;
                node.Converted = node.Stage is null;
            }
            else if (isNeeded)
            {
                work.Add(ResolveAsync(node, cancellationToken));
            }
            else
            {
                Parse(node);
            }
        }
        try
        {
            await Task.WhenAll(work);
        }
        catch (DockerfileException)
        {
            var errors = work.Select(one => one.Exception?.InnerException).OfType<DockerfileException>().ToArray();
            if (errors.Length == 1)
                throw;
            throw new DockerfileException(
                context.Document.FileName, errors.SelectMany(one => one.Errors).OrderBy(error => error.Ranges.Count == 0 ? default : error.Ranges[0].Start).ToArray(), errors[0].InnerException);
        }
    }

    /// <summary>Many stages start from the same image. An index has one digest, and a config for each platform.</summary>
    private ImageConfig Parse(ImageMetadata metadata, Platform platform)
    {
        if (metadata.Digest is not { } digest)
            return BaseConfig.Parse(metadata.ConfigJson);
        lock (_configs)
        {
            if (!_configs.TryGetValue((digest, platform), out var config))
                _configs.Add((digest, platform), config = BaseConfig.Parse(metadata.ConfigJson));
            return config;
        }
    }

    private ImageReference Parse(StageNode node)
    {
        try
        {
            return ImageReference.Parse(node.BaseName);
        }
        catch (FormatException e)
        {
            var stage = context.NodesByName.GetValueOrDefault(node.BaseName)?.Name;
            throw context.Error(stage is null ? e.Message : $"{e.Message}. For the stage, write {stage}", node.Range);
        }
    }

    private async Task ResolveAsync(StageNode node, CancellationToken cancellationToken)
    {
        var platform = node.Platform ?? context.TargetPlatform;
        if (node.Context is { } replaced)
        {
            UseContext(node, replaced);
            return;
        }
        var reference = Parse(node).WithDefaultTag();
        node.BaseName = reference.ToString();
        node.Converted = node.Stage is null;
        if (await FindContextAsync(node, platform, cancellationToken) is { } named)
        {
            var image = named.Image ?? BaseConfig.Empty(platform);
            node.BaseImage = image;
            node.Image = image with { Created = null };
            node.Platform = platform;
            node.Output = context.Graph.Add(() => named.Open(Sorted(node.Paths)));
            return;
        }

        var prefix = context.Options.MultiPlatform ? $"[{GlobalScope.Full(platform)} internal]" : "[internal]";
        var metadata = await LookUpAsync(node, reference, platform, $"{prefix} load metadata for {node.BaseName}", cancellationToken);
        ImageConfig parsed;
        try
        {
            parsed = Parse(metadata, platform);
        }
        catch (FormatException e)
        {
            throw context.Error($"{node.WrittenBase}: {e.Message}", node.Range);
        }
        node.BaseImage = parsed;
        node.Image = parsed with { Created = null };
        if (node.Platform is null && context.ImplicitTarget)
            platform = Detect(parsed, platform);
        node.Platform = platform;
        if (metadata.Digest is { } digest)
            reference = reference.WithDigest(digest);
        node.BaseName = reference.ToString();
        // An image without layers is as good as scratch.
        if (parsed.RootFs?.DiffIds is null or [] && (parsed.History ?? []).All(entry => entry.EmptyLayer))
            return;
        CheckPlatform(node, platform, parsed);
        var text = node.Stage?.From.Text ?? "";
        var options = new VertexOptions
        {
            Platform = platform,
            Name = StepName.Create(node, "FROM " + node.BaseName, context.Options.MultiPlatform, platform, VariableSet.Empty),
            Description = [new(StepName.DescriptionKey, text)],
            Locations = SourceLocations.Of(context.Options.SourceFile, node.Range),
        };
        var mode = context.Options.ImageResolveMode is "pull" or "local" ? context.Options.ImageResolveMode : null;
        node.Output = context.Graph.Add(() => LlbSource.Image(reference, options, new ImageSourceOptions { ResolveMode = mode }));
    }

    private void UseContext(StageNode node, NamedContext named)
    {
        node.Converted = true;
        node.Output = context.Graph.Add(() => named.Open(Sorted(node.Paths)));
        if (named.Image is not { } image)
        {
            node.Platform ??= context.TargetPlatform;
            return;
        }
        node.BaseImage = image;
        node.Image = image with { Created = null };
        node.Environment = VariableSet.FromEnvironment(image.Config?.Env ?? []);
        node.Directory = image.Config?.WorkingDir is { Length: > 0 } directory ? directory : "/";
        if (image.Platform is { } platform)
            node.Platform = platform;
    }

    private Task<NamedContext?> FindContextAsync(StageNode node, Platform platform, CancellationToken cancellationToken) =>
        node.WrittenBase.Equals("context", StringComparison.OrdinalIgnoreCase)
            ? Task.FromResult<NamedContext?>(null)
            : context.Contexts.FindAsync(node.BaseName, platform, cancellationToken);

    private async Task<ImageMetadata> LookUpAsync(StageNode node, ImageReference reference, Platform platform, string step, CancellationToken cancellationToken)
    {
        try
        {
            return await context.Images.ResolveAsync(reference, platform, step, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            var suggestion = Suggestion.Phrase(node.WrittenBase, context.StageNames.Concat(CommonImages));
            throw context.Error($"{node.WrittenBase}: {e.Message}{suggestion}", node.Range, e);
        }
    }

    private Platform Detect(ImageConfig image, Platform target)
    {
        if (image.Os.Length == 0 || (target.Os == image.Os && target.Architecture == image.Architecture))
            return target;
        return context.Options.BuildPlatforms.FirstOrDefault(known => known.Os == image.Os && known.Architecture == image.Architecture) ?? target;
    }

    private void CheckPlatform(StageNode node, Platform expected, ImageConfig image)
    {
        if (expected.Os == image.Os && expected.Architecture == image.Architecture)
            return;
        context.Linter.Report(
            LintRules.InvalidBaseImagePlatform, node.Range,
            $"{node.WrittenBase} is for the platform \"{GlobalScope.Full(BaseConfig.PlatformOf(image))}\", but the build is for \"{GlobalScope.Full(expected)}\"; take an image that has it");
    }

    /// <summary>Nothing when everything is used.</summary>
    public static string[] Sorted(HashSet<string> paths) => paths.Contains("/")
        ? []
        : paths.Select(path => path[1..]).Order(StringComparer.Ordinal).ToArray();
}
