using System.Globalization;
using Buildx.Protocol.Errors;

namespace Buildx.Client.Progress;

/// <summary>What is printed after a build that a frontend had something to say about.</summary>
public static class WarningReport
{
    /// <param name="expand">With what is behind each warning: its explanation and the place in the source.</param>
    public static void Write(TextWriter output, IReadOnlyCollection<BuildWarning> warnings, bool expand)
    {
        if (warnings.Count == 0)
            return;
        var count = warnings.Count == 1 ? "1 warning" : warnings.Count.ToString(CultureInfo.InvariantCulture) + " warnings";
        output.Write($"\n {count} found{(expand ? "" : " (use --debug to expand)")}:\n");
        foreach (var warning in warnings)
        {
            output.Write($" - {warning.Message}\n");
            if (!expand)
                continue;
            foreach (var line in warning.Detail)
                output.Write($"{line}\n");
            if (warning.Url.Length > 0)
                output.Write($"More info: {warning.Url}\n");
            var source = new Source { Info = warning.Source };
            source.Ranges.AddRange(warning.Ranges);
            FailureReport.WriteSource(output, source);
            output.Write("\n");
        }
    }
}
