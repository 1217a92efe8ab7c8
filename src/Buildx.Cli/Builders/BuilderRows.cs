using System.Globalization;
using System.Text.Json.Nodes;
using Buildx.Cli.Terminal;

namespace Buildx.Cli.Builders;

/// <summary>Builders and their nodes as the rows of <c>ls --format TEMPLATE</c>, with Buildx's field names.</summary>
internal static class BuilderRows
{
    public static RowTemplate Parse(string format) => RowTemplate.Parse(format, new JsonObject
    {
        ["Name"] = "NAME/NODE",
        ["DriverEndpoint"] = "DRIVER/ENDPOINT",
        ["LastActivity"] = "LAST ACTIVITY",
        ["Status"] = "STATUS",
        ["Buildkit"] = "BUILDKIT",
        ["Platforms"] = "PLATFORMS",
        ["Error"] = "",
    });

    /// <param name="isTable">Whether rows are read by people: nodes are indented, the builder in use has a star.</param>
    public static IEnumerable<JsonObject> Make(IEnumerable<BuilderState> states, string current, bool isTable, bool truncate)
    {
        var indent = isTable ? " \\_ " : "";
        foreach (var state in states)
        {
            var mark = isTable && state.Builder.Name == current ? "*" : "";
            var activity = state.Builder.LastActivity?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";
            yield return Row(state.Builder.Name + mark, state.Builder.Driver, activity, state.Error is null ? "" : "error", "", "", state.Error);
            if (state.Error is not null)
                continue;
            foreach (var node in state.Nodes)
            {
                var platforms = node.FormatPlatforms();
                var shown = isTable && truncate ? PlatformSummary.Write(platforms, 4) : string.Join(", ", platforms);
                yield return Row(indent + node.Node.Name, indent + node.Endpoint, "", node.StatusText, node.Version, shown, node.Error);
            }
        }
    }

    private static JsonObject Row(string name, string endpoint, string activity, string status, string version, string platforms, string? error) => new()
    {
        ["Name"] = name,
        ["DriverEndpoint"] = endpoint,
        ["LastActivity"] = activity,
        ["Status"] = status,
        ["Buildkit"] = version,
        ["Platforms"] = platforms,
        ["Error"] = error ?? "",
    };
}
