namespace Buildx.Diagnostics;

/// <summary>A text that was read, and the name under which its user knows it.</summary>
public sealed class SourceText(string name, string text)
{
    private int[]? _lineStarts;

    public string Name { get; } = name;

    public string Text { get; } = text;

    public int LineCount => LineStarts.Length;

    private int[] LineStarts => _lineStarts ??= FindLineStarts(Text);

    /// <summary>A line, counted from 1, without its end; empty when there is no such line.</summary>
    public string GetLine(int number)
    {
        var starts = LineStarts;
        if (number < 1 || number > starts.Length)
            return "";
        var end = number < starts.Length ? starts[number] : Text.Length;
        return Text[starts[number - 1]..end].TrimEnd('\n', '\r');
    }

    public SourceRange At(TextRange range) => new(this, range);

    private static int[] FindLineStarts(string text)
    {
        var starts = new List<int> { 0 };
        for (var i = text.IndexOf('\n', StringComparison.Ordinal); i >= 0; i = text.IndexOf('\n', i + 1))
            starts.Add(i + 1);
        return [.. starts];
    }
}
