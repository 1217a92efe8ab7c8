using System.Text;

namespace Buildx.Engine.Frontends.Dockerfile;

/// <summary>The answer to <c>frontend.targets</c>.</summary>
internal static class TargetsReport
{
    public static (byte[] Json, string Text) Create(DockerfileSource source)
    {
        var stages = source.Document.Stages;
        var text = new StringBuilder("TARGET\tDESCRIPTION\n");
        var json = Subrequests.WriteObject(json =>
        {
            json.WriteStartArray("targets");
            for (var i = 0; i < stages.Count; i++)
            {
                var stage = stages[i];
                var isDefault = i == stages.Count - 1;
                json.WriteStartObject();
                Subrequests.WriteOptional(json, "name", stage.Name);
                if (isDefault)
                    json.WriteBoolean("default", true);
                Subrequests.WriteOptional(json, "description", stage.Description);
                Subrequests.WriteOptional(json, "base", stage.From.Base);
                Subrequests.WriteOptional(json, "platform", stage.From.Platform);
                Subrequests.WriteLocation(json, stage.From.Range);
                json.WriteEndObject();
                if (stage.Name is not null || isDefault)
                    text.Append(stage.Name ?? "(default)").Append(isDefault && stage.Name is not null ? " (default)" : "").Append('\t').AppendLine(stage.Description);
            }
            json.WriteEndArray();
            json.WriteStartArray("sources");
            json.WriteBase64StringValue(source.File.Content.Span);
            json.WriteEndArray();
        });
        return (json, text.ToString());
    }
}
