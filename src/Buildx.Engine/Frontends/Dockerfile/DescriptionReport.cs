using System.Text;

namespace Buildx.Engine.Frontends.Dockerfile;

/// <summary>The answer to <c>frontend.subrequests.describe</c>.</summary>
internal static class DescriptionReport
{
    private const string Version = "1.0.0";

    private static readonly (string Name, string Description, bool TakesTarget, string[] Parts)[] Requests =
    [
        (Subrequests.Outline, "List the arguments, secrets and ssh agents that a target uses", true, ["result.json", "result.txt"]),
        (Subrequests.Targets, "List the stages that can be built", false, ["result.json", "result.txt"]),
        (Subrequests.Lint, "Check a Dockerfile", true, ["result.json", "result.txt", "result.statuscode"]),
        (Subrequests.Describing, "List what can be asked", false, ["result.json", "result.txt"]),
    ];

    public static (byte[] Json, string Text) Create()
    {
        var json = Subrequests.WriteJson(json =>
        {
            json.WriteStartArray();
            foreach (var request in Requests)
            {
                json.WriteStartObject();
                json.WriteString("name", request.Name);
                json.WriteString("version", Version);
                json.WriteString("type", "rpc");
                json.WriteString("description", request.Description);
                WriteNamed("opts", request.TakesTarget ? [("target", "Stage that is meant")] : []);
                json.WriteNull("inputs");
                WriteNamed("metadata", request.Parts.Select(part => (part, "")));
                json.WriteNull("refs");
                json.WriteEndObject();
            }
            json.WriteEndArray();

            void WriteNamed(string name, IEnumerable<(string Name, string Description)> entries)
            {
                json.WriteStartArray(name);
                foreach (var entry in entries)
                {
                    json.WriteStartObject();
                    json.WriteString("name", entry.Name);
                    json.WriteString("description", entry.Description);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }
        });
        var text = new StringBuilder();
        Subrequests.AppendTable(
            text, 1, [["NAME", "VERSION", "DESCRIPTION"], .. Requests.Select(request => new[] { request.Name["frontend.".Length..], Version, request.Description })]);
        return (json, text.ToString());
    }
}
