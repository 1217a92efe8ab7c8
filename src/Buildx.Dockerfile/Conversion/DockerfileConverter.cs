using System.Globalization;
using Buildx.Oci;

namespace Buildx.Dockerfile;

/// <summary>Turns a Dockerfile into a build graph and an image configuration.</summary>
public static class DockerfileConverter
{
    /// <exception cref="DockerfileException">The file cannot be built; every error has its place.</exception>
    public static async Task<ConversionResult> ConvertAsync(
        DockerfileDocument document, ConversionOptions options, IBuildContexts contexts, IImageMetadataResolver images, CancellationToken cancellationToken)
    {
        var linter = new Linter(options.Lint ?? ReadLintConfiguration(document));
        try
        {
            SyntaxRules.Run(document, linter);
            document.ThrowIfInvalid();
            return await ConvertAsync(document, options, contexts, images, linter, cancellationToken);
        }
        catch (DockerfileException e)
        {
            e.Warnings = linter.Warnings;
            throw;
        }
    }

    private static async Task<ConversionResult> ConvertAsync(
        DockerfileDocument document, ConversionOptions options, IBuildContexts contexts, IImageMetadataResolver images, Linter linter, CancellationToken cancellationToken)
    {
        var context = await CreateContextAsync(document, options, contexts, images, linter, cancellationToken);

        var graph = new StageGraph(context);
        await graph.BuildAsync(cancellationToken);
        var target = graph.FindTarget();
        graph.Connect();
        await ResolveAsync(context, graph, target, cancellationToken);
        Convert(context, target);
        context.ThrowIfErrors();
        new EmulationHints(context).Report(target, Needed(context, target));

        if (linter is { ErrorOnWarning: true, Warnings.Count: > 0 })
        {
            throw new DockerfileException(document.FileName, linter.Warnings.Select(
                warning => Diagnostic.Error($"{warning.Rule.Name}: {warning.Message}", warning.Range)).ToArray());
        }
        await context.Graph.BuildAsync();
        return new ConversionResult(target.Output.Value, Finish(context, target), target.BaseImage, context.Epoch, linter.Warnings, OutlineCollector.Create(target))
        {
            Hints = linter.Hints,
        };
    }

    private static LintConfiguration ReadLintConfiguration(DockerfileDocument document)
    {
        if (DirectiveReader.Find("check", document.Text) is not { } directive)
            return LintConfiguration.Default;
        try
        {
            return LintConfiguration.Parse(directive.Value.Split(' ')[0]);
        }
        catch (FormatException e)
        {
            throw new DockerfileException(document.FileName, [Diagnostic.Error(e.Message, directive.Range)]);
        }
    }

    private static async Task<ConversionContext> CreateContextAsync(
        DockerfileDocument document, ConversionOptions options, IBuildContexts contexts, IImageMetadataResolver images, Linter linter, CancellationToken cancellationToken)
    {
        var expander = new WordExpander(document.Syntax.Escape);
        var target = options.TargetPlatform ?? options.BuildPlatforms[0];
        var targetStage = string.IsNullOrEmpty(options.Target) ? document.Stages[^1].Name : options.Target;
        var predefined = GlobalScope.Predefined(options.BuildPlatforms[0], target, targetStage, options.BuildArguments);
        FromRules.CheckDefaults(document, predefined, expander, linter);
        var outline = new OutlineCollector();
        VariableSet globals;
        try
        {
            globals = GlobalScope.Read(predefined, document.GlobalArguments, options.BuildArguments, expander, outline);
        }
        catch (InstructionException e)
        {
            throw new DockerfileException(document.FileName, [Diagnostic.Error(e.Message, e.Range ?? default)]);
        }
        var epoch = await new SourceDateEpoch(document, options, contexts, globals, expander).ResolveAsync(cancellationToken);
        return new ConversionContext
        {
            Document = document,
            Options = options with { BuildArguments = WithEpoch(options.BuildArguments, epoch) },
            Contexts = contexts,
            Images = images,
            Linter = linter,
            Expander = expander,
            Proxy = ProxyArguments.Read(options.BuildArguments),
            TargetPlatform = target,
            GlobalArguments = globals.Find(SourceDateEpoch.Name) is not { Length: > 0 } ? globals
                : epoch is { } time ? globals.With(SourceDateEpoch.Name, Seconds(time)) : globals.Without(SourceDateEpoch.Name),
            Outline = outline,
            Epoch = epoch,
            Ignored = contexts.IgnorePatterns.Count == 0 ? null : new IgnoreMatcher(contexts.IgnorePatterns),
        };
    }

    /// <summary>Instructions see the number of seconds, wherever it came from.</summary>
    private static IReadOnlyDictionary<string, string> WithEpoch(IReadOnlyDictionary<string, string> arguments, DateTimeOffset? epoch)
    {
        if (!arguments.ContainsKey(SourceDateEpoch.Name))
            return arguments;
        var changed = new Dictionary<string, string>(arguments);
        if (epoch is { } time)
            changed[SourceDateEpoch.Name] = Seconds(time);
        else
            changed.Remove(SourceDateEpoch.Name);
        return changed;
    }

    private static string Seconds(DateTimeOffset time) => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static async Task ResolveAsync(ConversionContext context, StageGraph graph, StageNode target, CancellationToken cancellationToken)
    {
        var images = new BaseImages(context);
        var triggers = new BuildTriggers(context, graph);
        bool again;
        do
        {
            // A trigger may copy from an image that nothing else uses, which then has to be resolved too.
            var needed = Needed(context, target);
            await images.ResolveAsync(needed, cancellationToken);
            again = false;
            foreach (var node in needed)
                again |= triggers.Take(node);
        }
        while (again);
    }

    private static HashSet<StageNode> Needed(ConversionContext context, StageNode target) =>
        context.Options.AllStages ? [.. context.Nodes] : StageGraph.Reachable(target);

    private static void Convert(ConversionContext context, StageNode target)
    {
        var contextPaths = new HashSet<string>();
        var buildContext = context.Graph.Add(() => context.Contexts.Main(BaseImages.Sorted(contextPaths)));
        var needed = Needed(context, target);
        foreach (var node in context.Nodes)
        {
            if (!needed.Contains(node) || node.Converted)
                continue;
            new StageConverter(context, node, buildContext).Run();
            contextPaths.UnionWith(node.ContextPaths);
        }
        target.Paths.Add("/");
    }

    private static ImageConfig Finish(ConversionContext context, StageNode target)
    {
        var image = target.Image;
        if (context.Options.Labels.Count > 0)
        {
            var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, value) in (image.Config?.Labels ?? new Dictionary<string, string>()).Concat(context.Options.Labels))
                labels[name] = value;
            image = image with { Config = (image.Config ?? new ContainerConfig()) with { Labels = labels } };
        }
        if (!context.ImplicitTarget)
        {
            var platform = context.TargetPlatform;
            var same = platform.Os == image.Os && platform.Architecture == image.Architecture;
            image = image with
            {
                Os = platform.Os,
                Architecture = platform.Architecture,
                Variant = platform.Variant is not null || !same ? platform.Variant : image.Variant,
                OsVersion = platform.OsVersion is not null || !same ? platform.OsVersion : image.OsVersion,
            };
        }
        var normalized = BaseConfig.PlatformOf(image);
        return image with { Os = normalized.Os, Architecture = normalized.Architecture, Variant = normalized.Variant };
    }
}
