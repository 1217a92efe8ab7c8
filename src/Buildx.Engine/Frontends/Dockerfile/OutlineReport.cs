using System.Text;
using System.Text.Json;
using Buildx.Dockerfile;

namespace Buildx.Engine.Frontends.Dockerfile;

/// <summary>The answer to <c>frontend.outline</c>.</summary>
internal static class OutlineReport
{
    public static (byte[] Json, string Text) Create(Outline outline, DockerfileSource source)
    {
        var json = Subrequests.WriteObject(json =>
        {
            Subrequests.WriteOptional(json, "name", outline.Name);
            Subrequests.WriteOptional(json, "description", outline.Description);
            if (outline.Arguments.Count > 0)
            {
                json.WriteStartArray("args");
                foreach (var argument in outline.Arguments)
                {
                    json.WriteStartObject();
                    json.WriteString("name", argument.Name);
                    Subrequests.WriteOptional(json, "description", argument.Description);
                    Subrequests.WriteOptional(json, "value", argument.Value);
                    Subrequests.WriteLocation(json, argument.Range);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }
            WriteRequirements(json, "secrets", outline.Secrets);
            WriteRequirements(json, "ssh", outline.SshAgents);
            json.WriteStartArray("sources");
            json.WriteBase64StringValue(source.File.Content.Span);
            json.WriteEndArray();
        });
        return (json, Text(outline));
    }

    private static void WriteRequirements(Utf8JsonWriter json, string name, IReadOnlyList<Outline.Requirement> requirements)
    {
        if (requirements.Count == 0)
            return;
        json.WriteStartArray(name);
        foreach (var requirement in requirements)
        {
            json.WriteStartObject();
            json.WriteString("name", requirement.Name);
            if (requirement.Required)
                json.WriteBoolean("required", true);
            Subrequests.WriteLocation(json, requirement.Range);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static string Text(Outline outline)
    {
        var text = new StringBuilder();
        if (outline.Name is not null || outline.Description is not null)
        {
            Append(text, 1, [["TARGET:", outline.Name ?? "(default)"], .. outline.Description is { } description ? [["DESCRIPTION:", description]] : Array.Empty<string[]>()]);
        }
        if (outline.Arguments.Count > 0)
        {
            Append(text, 3, [
                ["BUILD ARG", "VALUE", "DESCRIPTION"],
                .. outline.Arguments.Select(argument => new[] { argument.Name, argument.Value ?? "", argument.Description ?? "" })]);
        }
        Append(text, "SECRET", outline.Secrets);
        Append(text, "SSH", outline.SshAgents);
        return text.ToString();
    }

    private static void Append(StringBuilder text, string title, IReadOnlyList<Outline.Requirement> requirements)
    {
        if (requirements.Count > 0)
            Append(text, 3, [[title, "REQUIRED"], .. requirements.Select(requirement => new[] { requirement.Name, requirement.Required ? "true" : "" })]);
    }

    private static void Append(StringBuilder text, int padding, IReadOnlyList<string[]> rows)
    {
        Subrequests.AppendTable(text, padding, rows);
        text.Append('\n');
    }
}
