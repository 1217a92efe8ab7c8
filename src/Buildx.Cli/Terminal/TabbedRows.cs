namespace Buildx.Cli.Terminal;

/// <summary>Rows whose cells begin at tab stops that all of them share, as Buildx prints properties.</summary>
internal sealed class TabbedRows
{
    private const int TabWidth = 8;

    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>A row for a property that has a value.</summary>
    public void AddValue(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            Add($"{name}:", value);
    }

    public void Write(TextWriter output)
    {
        var columns = _rows.Count == 0 ? 0 : _rows.Max(row => row.Length) - 1;
        var stops = new int[columns];
        for (var column = 0; column < columns; column++)
            stops[column] = _rows.Where(row => column < row.Length - 1).Max(row => row[column].Length) / TabWidth + 1;
        foreach (var row in _rows)
        {
            for (var column = 0; column < row.Length - 1; column++)
                output.Write(row[column] + new string('\t', stops[column] - row[column].Length / TabWidth));
            output.WriteLine(row[^1]);
        }
    }
}
