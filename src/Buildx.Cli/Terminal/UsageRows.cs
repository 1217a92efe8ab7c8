using System.Text.Json.Nodes;
using Buildx.Protocol.ControlApi;

namespace Buildx.Cli.Terminal;

/// <summary>Entries of the build cache as the rows of <c>du --format TEMPLATE</c>, with Buildx's field names.</summary>
internal static class UsageRows
{
    public static RowTemplate Parse(string format) => RowTemplate.Parse(format, new JsonObject
    {
        ["ID"] = "ID",
        ["Parents"] = "PARENTS",
        ["CreatedAt"] = "CREATED AT",
        ["Mutable"] = "MUTABLE",
        ["Reclaimable"] = "RECLAIMABLE",
        ["Shared"] = "SHARED",
        ["Size"] = "SIZE",
        ["Description"] = "DESCRIPTION",
        ["UsageCount"] = "USAGE COUNT",
        ["LastUsedAt"] = "LAST ACCESSED",
        ["Type"] = "TYPE",
    });

    /// <param name="isTable">Whether rows are read by people: stars mark what can change, and what is shared.</param>
    public static JsonObject Make(UsageRecord record, bool isTable)
    {
        var row = JsonNode.Parse(UsageText.ToJson(record))!.AsObject();
        if (isTable && record.Mutable)
            row["ID"] = record.ID + "*";
        if (isTable && record.Shared)
            row["Size"] = row["Size"]!.GetValue<string>() + "*";
        return row;
    }
}
