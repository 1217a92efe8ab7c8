using System.Globalization;
using System.Text;
using Buildx.Dockerfile;

namespace Buildx.Engine.Frontends.Dockerfile;

/// <summary>The answer to <c>frontend.lint</c>.</summary>
internal static class LintReport
{
    public static (byte[] Json, string Text) Create(IReadOnlyList<LintWarning> warnings, DockerfileException? error, DockerfileSource source)
    {
        var json = Subrequests.WriteObject(json =>
        {
            json.WriteStartArray("warnings");
            foreach (var warning in warnings)
            {
                json.WriteStartObject();
                json.WriteString("ruleName", warning.Rule.Name);
                json.WriteString("description", warning.Rule.Description);
                Subrequests.WriteOptional(json, "url", warning.Rule.Url);
                json.WriteString("detail", warning.Message);
                Subrequests.WriteLocation(json, warning.Range);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("sources");
            json.WriteStartObject();
            json.WriteString("filename", source.File.FileName);
            json.WriteBase64String("data", source.File.Content.Span);
            json.WriteString("language", source.File.Language);
            json.WriteEndObject();
            json.WriteEndArray();
            if (error is null)
                return;
            json.WriteStartObject("buildError");
            json.WriteString("message", error.Message);
            if (error.Errors[0].Ranges is [var first, ..])
                Subrequests.WriteLocation(json, first);
            json.WriteEndObject();
        });
        return (json, Text(warnings, error, source));
    }

    private static string Text(IReadOnlyList<LintWarning> warnings, DockerfileException? error, DockerfileSource source)
    {
        var text = new StringBuilder();
        var lines = source.Document.Text.Split('\n');
        foreach (var warning in warnings.OrderBy(warning => warning.Range.Start))
        {
            text.Append("\nWARNING: ").Append(warning.Rule.Name);
            if (warning.Rule.Url is not null)
                text.Append(" - ").Append(warning.Rule.Url);
            text.Append('\n').Append(warning.Message).Append('\n');
            text.Append(CultureInfo.InvariantCulture, $"{source.File.FileName}:{warning.Range.Start.Line}\n--------------------\n");
            for (var line = Math.Max(1, warning.Range.Start.Line - 2); line <= Math.Min(lines.Length, warning.Range.End.Line + 2); line++)
            {
                var mark = line >= warning.Range.Start.Line && line <= warning.Range.End.Line ? ">>>" : "   ";
                text.Append(CultureInfo.InvariantCulture, $"{line,4} | {mark} {lines[line - 1].TrimEnd('\r')}\n");
            }
            text.Append("--------------------\n");
        }
        if (error is not null)
            text.Append("\nERROR: ").Append(error.Message).Append('\n');
        return text.ToString();
    }
}
