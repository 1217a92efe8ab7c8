using System.Text;

namespace Buildx.Dockerfile;

/// <summary>An instruction's text with its continuation lines joined, which still knows where each character was in the file.</summary>
internal sealed class LogicalLine
{
    private readonly List<(int Offset, TextPosition Position)> _segments = [];
    private StringBuilder? _joined;

    public string Text { get; private set; } = "";

    public void Append(string text, TextPosition position)
    {
        if (_segments.Count == 0)
        {
            _segments.Add((0, position));
            Text = text;
            return;
        }
        _joined ??= new StringBuilder(Text);
        _segments.Add((_joined.Length, position));
        _joined.Append(text);
    }

    public LogicalLine Complete()
    {
        Text = _joined?.ToString() ?? Text;
        return this;
    }

    public TextPosition PositionAt(int offset)
    {
        var low = 0;
        var high = _segments.Count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_segments[middle].Offset <= offset)
                low = middle;
            else
                high = middle - 1;
        }
        var (start, position) = _segments[low];
        return position with { Column = position.Column + Math.Max(0, offset - start) };
    }

    public TextRange Range(int start, int length) =>
        new(PositionAt(start), length == 0 ? PositionAt(start) : PositionAt(start + length - 1) is var last ? last with { Column = last.Column + 1 } : default);

    /// <summary>Where another line begins between two offsets, counted from the first.</summary>
    public IReadOnlyList<(int Offset, int Line)> Breaks(int start, int end)
    {
        if (_segments.Count < 2)
            return [];
        var breaks = new List<(int, int)>();
        foreach (var (offset, position) in _segments)
        {
            if (offset > start && offset < end)
                breaks.Add((offset - start, position.Line));
        }
        return breaks;
    }
}
