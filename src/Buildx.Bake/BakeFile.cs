using Buildx.Bake.Compose;
using Buildx.Bake.Definitions;
using Buildx.Bake.Overrides;
using Buildx.Bake.Targets;

namespace Buildx.Bake;

/// <summary>Definitions in, build targets out.</summary>
public static class BakeFile
{
    /// <summary>Reads definition files as one; a later file is laid over those before it.</summary>
    /// <exception cref="BakeException">All that is wrong in them.</exception>
    public static BakeDefinition Read(IReadOnlyList<SourceText> files, BakeOptions options)
    {
        var sorted = DefinitionFormats.Sort(files, options);
        var definition = sorted.Compose.Count > 0 ? ComposeReader.Read(sorted.Compose, options).Merge() : BakeDefinition.Empty;
        if (sorted.Bodies.Count > 0)
            definition = DefinitionEvaluator.Evaluate(sorted.Bodies, definition, options).Merge();
        return options.PathsAreRelativeToFiles ? ContextPaths.Rebase(definition) : definition;
    }

    /// <summary>The targets to build, complete: groups, patterns, inheritance, overrides and links are followed.</summary>
    /// <param name="names">Targets, groups or patterns of them.</param>
    /// <exception cref="BakeException">Something is asked for that isn't there.</exception>
    public static BakePlan Plan(BakeDefinition definition, IReadOnlyList<string> names, BakeOptions options)
    {
        var overrides = TargetOverrides.Parse(options.Overrides, definition, options.Environment is { } environment ? name => environment.GetValueOrDefault(name) : null);
        var plan = new TargetResolver(definition, overrides).Resolve(names);
        if (options.Repository is { } repository)
            plan = RemoteContexts.Apply(plan, repository);
        return TargetChecks.Apply(plan) with { Grants = overrides.Grants };
    }
}
