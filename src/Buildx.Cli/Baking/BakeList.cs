using Buildx.Cli.Values;

namespace Buildx.Cli.Baking;

/// <summary><c>--list</c>: what is listed, and how.</summary>
internal sealed record BakeList(bool IsOfVariables, bool AsJson)
{
    /// <summary><c>targets</c>, <c>variables</c>, or <c>type=…,format=…</c>.</summary>
    /// <exception cref="CliException">There is no such list.</exception>
    public static BakeList Parse(string text)
    {
        var (type, format) = ("", "table");
        foreach (var field in CsvFields.Split("--list", text))
        {
            var equals = field.IndexOf('=', StringComparison.Ordinal);
            switch (equals < 0 ? "type" : field[..equals].Trim().ToLowerInvariant())
            {
                case "type":
                    type = field[(equals + 1)..];
                    break;
                case "format":
                    format = field[(equals + 1)..];
                    break;
                case var key:
                    throw new CliException($"--list: there is no key \"{key}\" (want type, format)");
            }
        }
        if (type is not ("targets" or "variables"))
            throw new CliException($"--list: there is no list of \"{type}\" (want targets or variables)");
        return format is "table" or "json" ? new BakeList(type == "variables", format == "json") : throw new CliException($"--list: there is no format \"{format}\" (want table or json)");
    }
}
