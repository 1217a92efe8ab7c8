namespace Buildx.Cli.Terminal;

/// <summary>Rows of text in aligned columns.</summary>
internal sealed class Table(int padding = 3)
{
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public void Write(TextWriter output)
    {
        var widths = new int[_rows.Count == 0 ? 0 : _rows.Max(row => row.Length)];
        foreach (var row in _rows)
        {
            // The last cell of a row needs no room to its right.
            for (var i = 0; i < row.Length - 1; i++)
                widths[i] = Math.Max(widths[i], row[i].Length + padding);
        }
        foreach (var row in _rows)
            output.WriteLine(string.Concat(row.Select((cell, i) => i < row.Length - 1 ? cell.PadRight(widths[i]) : cell)).TrimEnd());
    }
}
