using Buildx.Client.Explanations;
using Buildx.Protocol.Explanations;

namespace Buildx.Cli.History;

/// <summary>An explanation for people: each step that ran, with what was different.</summary>
internal static class ExplanationText
{
    public static void Write(TextWriter output, BuildRecord build, BuildExplanation explanation)
    {
        if (explanation.Steps.Count == 0)
        {
            output.WriteLine($"No step ran: all results of build {build.Record.Ref} were in the cache.");
            return;
        }
        output.WriteLine($"Build {build.Record.Ref}: {explanation.Steps.Count} of {build.Record.NumTotalSteps} steps ran");
        foreach (var step in explanation.Steps)
        {
            output.WriteLine();
            output.WriteLine(step.Name);
            foreach (var cause in step.Reason.Causes)
                output.WriteLine($"  {CauseText.Describe(cause)}");
        }
    }
}
