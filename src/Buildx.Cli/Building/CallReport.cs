using Buildx.Cli.Values;
using Buildx.Client.Progress;

namespace Buildx.Cli.Building;

/// <summary>Writes what a frontend answered.</summary>
/// <param name="showName">The name under which the user knows the Dockerfile.</param>
internal sealed class CallReport(TextWriter output, Func<string, string> showName)
{
    /// <returns>The exit code.</returns>
    /// <exception cref="CliException">The Dockerfile could not be checked to its end, or the answer can't be read.</exception>
    public int Write(FrontendCall call, IReadOnlyDictionary<string, string> answer)
    {
        var json = answer.GetValueOrDefault("result.json");
        if (call.AsJson && json is not null)
            output.WriteLine(json);
        if (call.Method == FrontendCall.Lint && json is not null)
            WriteLint(LintAnswer.Read(json), call.AsJson);
        else if (!call.AsJson && answer.TryGetValue("result.txt", out var text))
            output.Write(text);
        else if (!call.AsJson || json is null)
            throw new CliException($"the frontend's answer to {call.Method} has no text; it has {string.Join(", ", answer.Keys.Order(StringComparer.Ordinal))}");
        return !call.IgnoreStatus && answer.TryGetValue("result.statuscode", out var status) && int.TryParse(status, out var code) ? code : 0;
    }

    private void WriteLint(LintAnswer lint, bool asJson)
    {
        if (!asJson)
        {
            if (lint.Warnings.Count > 0)
                output.WriteLine(lint.Warnings.Count == 1 ? "Check complete, 1 warning has been found!" : $"Check complete, {lint.Warnings.Count} warnings have been found!");
            foreach (var warning in lint.Warnings)
            {
                output.WriteLine();
                output.WriteLine(warning.Url is null ? $"WARNING: {warning.Rule}" : $"WARNING: {warning.Rule} - {warning.Url}");
                output.WriteLine(warning.Detail);
                WriteSource(output, warning.Place);
            }
        }
        if (lint.Error is { } error)
        {
            if (!asJson && lint.Warnings.Count > 0)
                output.WriteLine();
            var text = new StringWriter();
            text.WriteLine(error.Message);
            WriteSource(text, error.Place);
            throw new CliException(text.ToString().TrimEnd());
        }
        if (!asJson && lint.Warnings.Count == 0)
            output.WriteLine("Check complete, no warnings found.");
    }

    private void WriteSource(TextWriter writer, Protocol.Errors.Source? place)
    {
        if (place is null)
            return;
        var shown = place.Clone();
        shown.Info.Filename = showName(shown.Info.Filename);
        FailureReport.WriteSource(writer, shown);
    }
}
