using System.Text.Json.Nodes;
using Buildx.Cli.Templates;

namespace Buildx.Cli.Terminal;

/// <summary>
/// A list's <c>--format</c> as Docker's users write it: a Go template that is rendered once for each row; after the word <c>table</c>,
/// with headings above and columns where it has tabs. <c>\t</c> and <c>\n</c> may be written so.
/// </summary>
internal sealed class RowTemplate
{
    private const string TableWord = "table";

    private readonly GoTemplate _template;
    private readonly JsonObject _headings;

    private RowTemplate(GoTemplate template, JsonObject headings, bool isTable) => (_template, _headings, IsTable) = (template, headings, isTable);

    public bool IsTable { get; }

    /// <param name="headings">By field, what stands above its column.</param>
    /// <exception cref="CliException">Not a template.</exception>
    public static RowTemplate Parse(string format, JsonObject headings)
    {
        var isTable = format.StartsWith(TableWord, StringComparison.Ordinal);
        var text = (isTable ? format[TableWord.Length..] : format).Trim(' ').Replace("\\t", "\t", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal);
        return new RowTemplate(FormatFlag.Use(() => GoTemplate.Parse(text)), headings, isTable);
    }

    /// <exception cref="CliException">It asks for a field that rows don't have.</exception>
    public void Write(TextWriter output, IEnumerable<JsonObject> rows)
    {
        if (!IsTable)
        {
            foreach (var row in rows)
                output.WriteLine(Render(row));
            return;
        }
        var table = new Table();
        foreach (var row in rows.Prepend(_headings))
        {
            foreach (var line in Render(row).Split('\n'))
                table.Add(line.Split('\t'));
        }
        table.Write(output);
    }

    private string Render(JsonObject row) => FormatFlag.Use(() => _template.Render(row));
}
