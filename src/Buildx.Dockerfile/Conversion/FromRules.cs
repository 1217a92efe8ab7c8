using Buildx.Oci;

namespace Buildx.Dockerfile;

/// <summary>Rules about <c>FROM</c> that need the values of arguments.</summary>
internal sealed class FromRules(ConversionContext context, Linter linter)
{
    public void CheckArguments(FromInstruction from, ExpansionResult expanded)
    {
        if (expanded.Unmatched.Count == 0)
            return;
        var known = context.Outline.Arguments.Keys.Union(context.GlobalArguments.Names).ToArray();
        foreach (var name in expanded.Unmatched.Except(known))
            linter.Report(LintRules.UndefinedArgInFrom, from.Range, $"the argument \"{name}\" is not declared{Suggestion.Phrase(name, known)}; put ARG {name}=… before the first FROM");
    }

    public void CheckPlatform(FromInstruction from, ExpansionResult expanded)
    {
        if (expanded.Unmatched.Count == 0 && expanded.Matched.Count == 1 && expanded.Matched.Contains("TARGETPLATFORM")
            && expanded.Text == context.GlobalArguments.Find("TARGETPLATFORM"))
        {
            linter.Report(LintRules.RedundantTargetPlatform, from.Range, $"--platform={from.Platform} says what FROM does anyway; remove it");
        }
        if (expanded.Matched.Count > 0 || expanded.Unmatched.Count > 0 || !Platform.TryParse(expanded.Text, out var platform))
            return;
        // A stage that says in its name which platform it is for is meant to be so.
        var stage = from.StageName ?? "";
        if (!stage.Contains(platform.Os, StringComparison.Ordinal) && !stage.Contains(platform.Architecture, StringComparison.Ordinal))
            linter.Report(LintRules.FromPlatformFlagConstDisallowed, from.Range, $"--platform=\"{expanded.Text}\" is fixed; use $BUILDPLATFORM or an argument, or put the platform into the stage's name if it is meant");
    }

    /// <summary>Whether every <c>FROM</c> names an image also when nobody sets an argument.</summary>
    public static void CheckDefaults(DockerfileDocument document, VariableSet predefined, WordExpander expander, Linter linter)
    {
        try
        {
            var arguments = GlobalScope.Read(predefined, document.GlobalArguments, new Dictionary<string, string>(), expander, new OutlineCollector());
            foreach (var stage in document.Stages)
            {
                if (!ImageReference.TryParse(expander.Expand(stage.From.Base, arguments).Text, out _))
                    linter.Report(LintRules.InvalidDefaultArgInFrom, stage.From.Range, $"{stage.From.Base} names no image unless a build argument is given; give its ARG a default value");
            }
        }
        catch (Exception e) when (e is InstructionException or ExpansionException)
        {
            // The build itself reports this.
        }
    }
}
