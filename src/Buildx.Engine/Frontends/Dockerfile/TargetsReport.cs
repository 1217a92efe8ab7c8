using System.Text;

namespace Buildx.Engine.Frontends.Dockerfile;

/// <summary>The answer to <c>frontend.targets</c>.</summary>
internal static class TargetsReport
{
    public static (byte[] Json, string Text) Create(DockerfileSource source)
    {
        var stages = source.Document.Stages;
        var rows = new List<string[]> { new[] { "TARGET", "DESCRIPTION" } };
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
                rows.Add([(stage.Name, isDefault) switch
                {
                    (null, true) => "(default)",
                    (null, false) => "",
                    (var name, true) => name + " (default)",
                    var (name, _) => name,
                }, stage.Description ?? ""]);
            }
            json.WriteEndArray();
            json.WriteStartArray("sources");
            json.WriteBase64StringValue(source.File.Content.Span);
            json.WriteEndArray();
        });
        var text = new StringBuilder();
        Subrequests.AppendTable(text, 1, rows);
        return (json, text.ToString());
    }
}
