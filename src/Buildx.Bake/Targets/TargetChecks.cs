using System.Text.RegularExpressions;
using Buildx.Bake.Compose;
using Buildx.Bake.Entries;
using Buildx.Oci;

namespace Buildx.Bake.Targets;

/// <summary>The last look at a complete target: values that no build could use are errors, and paths are written in their shortest form.</summary>
internal static partial class TargetChecks
{
    private const string WorkingDirectory = "cwd://";
    private static readonly string[] AnnotationPlaces = ["manifest", "manifest-descriptor", "index", "index-descriptor"];

    public static BakePlan Apply(BakePlan plan)
    {
        var problems = new List<Diagnostic>();
        var targets = plan.Targets.ToDictionary(pair => pair.Key, pair => Check(pair.Value, problems));
        return problems.Count > 0 ? throw new BakeException(problems) : plan with { Targets = targets };
    }

    private static BakeTarget Check(BakeTarget target, List<Diagnostic> problems)
    {
        void Wrong(string message, string? hint = null) => problems.Add(Diagnostic.Error($"target {target.Name}: {message}") with { Hint = hint });
        if (target.Context == "-")
            Wrong("its context can't come from standard input", "use a directory or a URL");
        if (target.Dockerfile == "-")
            Wrong("its Dockerfile can't come from standard input", "use dockerfile-inline");
        foreach (var platform in target.Platforms ?? [])
        {
            if (!Platform.TryParse(platform, out _))
                Wrong($"\"{platform}\" is not a platform", "e.g. linux/arm64");
        }
        if (target.ShmSize is { } size && !ByteSizes.TryParse(size, out _))
            Wrong($"shm-size: \"{size}\" is not a size", "e.g. 128m");
        foreach (var ulimit in (target.Ulimits ?? []).Where(ulimit => !UlimitPattern().IsMatch(ulimit)))
            Wrong($"ulimits: \"{ulimit}\" is not of the form NAME=SOFT[:HARD] with numbers");
        foreach (var annotation in target.Annotations ?? [])
            CheckAnnotation(annotation, Wrong);
        return target with { Context = CleanContext(target.Context ?? "."), Outputs = CheckOutputs(target.Outputs, Wrong) };
    }

    private static string CleanContext(string context) =>
        context.StartsWith(WorkingDirectory, StringComparison.Ordinal) ? UnixPath.Clean(context[WorkingDirectory.Length..])
        : RemoteAddress.IsRemote(context) ? context
        : UnixPath.Clean(context);

    private static void CheckAnnotation(string annotation, Action<string, string?> wrong)
    {
        var equals = annotation.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
        {
            wrong($"the annotation \"{annotation}\" is not of the form NAME=VALUE", null);
            return;
        }
        var colon = annotation.IndexOf(':', StringComparison.Ordinal);
        foreach (var place in colon >= 0 && colon < equals ? annotation[..colon].Split(',') : [])
        {
            var match = AnnotationPlacePattern().Match(place);
            if (!match.Success || !AnnotationPlaces.Contains(match.Groups[1].Value))
                wrong($"\"{place}\" is no place for the annotation \"{annotation}\"", $"want one of {string.Join(", ", AnnotationPlaces)}, with [PLATFORM] if need be");
        }
    }

    private static IReadOnlyList<OutputEntry>? CheckOutputs(IReadOnlyList<OutputEntry>? outputs, Action<string, string?> wrong)
    {
        if (outputs is null)
            return null;
        var standardOutputs = 0;
        var read = new List<OutputEntry>();
        foreach (var output in outputs)
        {
            var isArchive = !(BooleanText.TryParse(output.Attributes.GetValueOrDefault("tar", "true"), out var tar) && !tar);
            var writesDirectory = output.Type == "local" || (output.Type is "oci" or "docker" && !isArchive);
            var writesFile = output.Type == "tar" || (output.Type is "oci" or "docker" && isArchive);
            if (writesDirectory && output.Destination is "" or "-" && writesDirectory)
                wrong($"the output type={output.Type} needs a directory", "dest=DIRECTORY");
            // An archive without a destination goes to standard output.
            var entry = writesFile && output is { Destination: "", Type: not "docker" } ? output with { Destination = "-" } : output;
            standardOutputs += writesFile && entry.Destination == "-" ? 1 : 0;
            read.Add(entry);
        }
        if (standardOutputs > 1)
            wrong("only one output can go to standard output", null);
        return read;
    }

    [GeneratedRegex(@"\A[a-z]+=(-1|\d+)(:(-1|\d+))?\z")]
    private static partial Regex UlimitPattern();

    [GeneratedRegex(@"\A([a-z-]+)(\[[A-Za-z0-9_/-]+\])?\z")]
    private static partial Regex AnnotationPlacePattern();
}
