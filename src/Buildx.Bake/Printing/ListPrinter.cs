using System.Text;
using Buildx.Bake.Targets;

namespace Buildx.Bake.Printing;

/// <summary>What <c>--list=targets</c> and <c>--list=variables</c> show, as a table or as JSON.</summary>
public static class ListPrinter
{
    public static string PrintTargets(BakeDefinition definition, bool asJson)
    {
        var entries = definition.Listed;
        if (!asJson)
            return Table(["TARGET", "DESCRIPTION"], entries.Select(entry => new[] { entry.Name, entry.Description }));
        if (entries.Count == 0)
            return "null";
        return PlanPrinter.Print(json =>
        {
            json.WriteStartArray();
            foreach (var entry in entries)
            {
                json.WriteStartObject();
                json.WriteString("name", entry.Name);
                if (entry.Description.Length > 0)
                    json.WriteString("description", entry.Description);
                if (entry.IsGroup)
                    json.WriteBoolean("group", true);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
    }

    public static string PrintVariables(BakeDefinition definition, bool asJson)
    {
        if (definition.Variables is null && asJson)
            return "null";
        var variables = (definition.Variables ?? []).OrderBy(variable => variable.Name, StringComparer.Ordinal).ToList();
        if (!asJson)
            return Table(["VARIABLE", "TYPE", "VALUE", "DESCRIPTION"], variables.Select(v => new[] { v.Name, v.Type, v.Value ?? "<null>", v.Description }));
        return PlanPrinter.Print(json =>
        {
            json.WriteStartArray();
            foreach (var variable in variables)
            {
                json.WriteStartObject();
                json.WriteString("name", variable.Name);
                if (variable.Description.Length > 0)
                    json.WriteString("description", variable.Description);
                if (variable.Type.Length > 0)
                    json.WriteString("type", variable.Type);
                if (variable.Value is not null)
                    json.WriteString("value", variable.Value);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
    }

    private static string Table(string[] header, IEnumerable<string[]> rows)
    {
        var all = rows.Prepend(header).ToList();
        var widths = header.Select((_, column) => all.Max(row => row[column].Length)).ToArray();
        var table = new StringBuilder();
        foreach (var row in all)
        {
            for (var column = 0; column < row.Length - 1; column++)
                table.Append(row[column].PadRight(widths[column] + 3));
            table.Append(row[^1]).Append('\n');
        }
        return table.ToString().TrimEnd('\n');
    }
}
