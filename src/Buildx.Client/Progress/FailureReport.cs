using System.Globalization;
using Buildx.Protocol.Errors;

namespace Buildx.Client.Progress;

/// <summary>What is printed when a build has failed: the step's last lines, the place in the source, the error.</summary>
public static class FailureReport
{
    private const int LogLines = 10;
    private const int MinLogLines = 3;

    // What else of a summary is on the screen: the step, the source with what is around it, the error, what to try.
    private const int OtherLines = 17;

    // What has more lines is shown from its beginning and its end: the summary is to fit on a screen.
    private const int MaxSourceLines = 16;
    private const int FirstSourceLines = 12;
    private const int LastSourceLines = 3;

    /// <summary>For every failed step its name and the end of its log, between dashes. The displays call it at their end.</summary>
    /// <param name="screen">Of the terminal that it is written to: a name takes one line then, the log can't move the cursor, and all of it is to fit.</param>
    public static void WriteLogs(TextWriter output, BuildStatus status, (int Width, int Height)? screen = null)
    {
        var lines = screen is { Height: var height } ? Math.Clamp(height - OtherLines, MinLogLines, LogLines) : LogLines;
        foreach (var step in status.Steps.Where(step => step is { Error.Length: > 0, IsCancelled: false }))
        {
            output.Write($"------\n > {(screen is { Width: var width } ? TerminalText.Cut(TerminalText.Clean(step.Name), width - 5) : step.Name)}:\n");
            foreach (var line in step.Log.Tail(lines))
                output.Write($"{(screen is null ? line : CleanLine(line))}\n");
            output.Write("------\n");
        }
    }

    /// <summary>The lines of the source that the error comes from, and the error itself.</summary>
    /// <param name="prefix">E.g. <c>failed to build</c>.</param>
    public static void WriteError(TextWriter output, SolveException exception, string prefix = "failed to build")
    {
        foreach (var source in exception.Details.Sources)
            WriteSource(output, source);
        output.Write($"ERROR: {prefix}: {exception.Message}\n");
    }

    /// <summary>The lines that a warning or an error means, with a few around them.</summary>
    public static void WriteSource(TextWriter output, Source source)
    {
        if (source.Info is null || source.Ranges.Count == 0)
            return;
        var lines = source.Info.Data.ToStringUtf8().Split('\n');
        var first = source.Ranges.Min(range => range.Start.Line);
        var last = Math.Min(source.Ranges.Max(range => Math.Max(range.Start.Line, range.End?.Line ?? 0)), lines.Length);
        if (first < 1 || first > lines.Length)
            return;
        var (start, end) = (first, last);
        // A single line gets a bit more around it than several.
        for (var context = first == last ? 4 : 2; context > 0; context--)
        {
            if (start > 1)
            {
                start--;
                context--;
            }
            if (end < lines.Length)
            {
                end++;
                context--;
            }
        }
        output.Write($"{source.Info.Filename}:{first.ToString(CultureInfo.InvariantCulture)}\n--------------------\n");
        for (var line = start; line <= end; line++)
        {
            if (end - start >= MaxSourceLines && line == start + FirstSourceLines)
            {
                line = end - LastSourceLines;
                output.Write($"     |     … {end - start + 1 - FirstSourceLines - LastSourceLines} more lines\n");
                continue;
            }
            var isMeant = source.Ranges.Any(range => range.Start.Line <= line && Math.Max(range.Start.Line, range.End?.Line ?? 0) >= line);
            output.Write($" {line,3} | {(isMeant ? ">>>" : "   ")} {lines[line - 1]}\n");
        }
        output.Write("--------------------\n");
    }

    // The time in front stays, whatever the line did after it.
    private static string CleanLine(string line)
    {
        var end = line.IndexOf(' ') + 1;
        return line[..end] + TerminalText.Clean(line[end..]);
    }
}
