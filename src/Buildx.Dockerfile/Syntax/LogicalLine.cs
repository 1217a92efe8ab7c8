using System.Text;

namespace Buildx.Dockerfile;

/// <summary>An instruction's text with its continuation lines joined, which still knows where each character was in the file.</summary>
internal sealed class LogicalLine
{
    private readonly TextPosition _start;
    private List<(int Offset, TextPosition Position)>? _more;
    private StringBuilder? _joined;

    public LogicalLine(string text, TextPosition start) => (Text, _start) = (text, start);

    public string Text { get; private set; }

    public void Append(string text, TextPosition position)
    {
        _joined ??= new StringBuilder(Text);
        (_more ??= []).Add((_joined.Length, position));
        _joined.Append(text);
    }

    public LogicalLine Complete()
    {
        Text = _joined?.ToString() ?? Text;
        return this;
    }

    public TextPosition PositionAt(int offset)
    {
        // The last that begins at the offset or before; -1 is the first line.
        var low = -1;
        var high = (_more?.Count ?? 0) - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_more![middle].Offset <= offset)
                low = middle;
            else
                high = middle - 1;
        }
        var (start, position) = low < 0 ? (0, _start) : _more![low];
        return position with { Column = position.Column + Math.Max(0, offset - start) };
    }

    public TextRange Range(int start, int length) =>
        new(PositionAt(start), length == 0 ? PositionAt(start) : PositionAt(start + length - 1) is var last ? last with { Column = last.Column + 1 } : default);

    /// <summary>Where another line begins between two offsets, counted from the first.</summary>
    public IReadOnlyList<(int Offset, int Line)> Breaks(int start, int end)
    {
        if (_more is null)
            return [];
        var breaks = new List<(int, int)>();
        foreach (var (offset, position) in _more)
        {
            if (offset > start && offset < end)
                breaks.Add((offset - start, position.Line));
        }
        return breaks;
    }
}
