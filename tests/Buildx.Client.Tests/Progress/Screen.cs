using System.Globalization;
using System.Text;
using Buildx.Client.Progress;

namespace Buildx.Client.Tests.Progress;

/// <summary>
/// A terminal as far as displays need one: wide characters, lines that break at the edge and are broken anew when the window changes,
/// a cursor that moves up, what has scrolled away.
/// </summary>
internal sealed class Screen(int width, int height) : StringWriter, ITerminal
{
    // Lines as they were written; rows follow from the width. One character is one cell: wide ones have a zero behind them, or are two anyway.
    private readonly List<StringBuilder> _lines = [new()];
    private int _row;
    private int _column;
    private bool _wraps = true;

    public (int Width, int Height) Size { get; private set; } = (width, height);

    /// <summary>All rows, also those that have scrolled away.</summary>
    public IReadOnlyList<string> Rows =>
        [.. _lines.SelectMany(RowsOf).Select(row => row.Replace("\0", "", StringComparison.Ordinal).TrimEnd())];

    public void Resize(int width, int height) => Size = (width, height);

    public override void Write(char value) => throw new NotSupportedException("a frame is written at once");

    public override void Write(string? value)
    {
        for (var i = 0; i < value!.Length; i++)
        {
            switch (value[i])
            {
                case '\n':
                    (_row, _column) = (_row + 1, 0);
                    while (_row >= _lines.Count)
                        _lines.Add(new StringBuilder());
                    break;
                case '\r':
                    _column = 0;
                    break;
                case '\e':
                    var end = i + 2;
                    while (value[end] is < '@' or > '~')
                        end++;
                    Control(value[(i + 2)..end], value[end]);
                    i = end;
                    break;
                default:
                    Rune.DecodeFromUtf16(value.AsSpan(i), out var rune, out var length);
                    Put(rune);
                    i += length - 1;
                    break;
            }
        }
    }

    private IEnumerable<string> RowsOf(StringBuilder line)
    {
        var text = line.ToString();
        for (var start = 0; start == 0 || start < text.Length; start += Size.Width)
            yield return text[start..Math.Min(text.Length, start + Size.Width)];
    }

    private void Put(Rune rune)
    {
        var cells = rune.Value is >= 0x4E00 and <= 0x9FFF or >= 0x1F300 ? 2 : 1;
        Assert.False(Rune.IsControl(rune), $"U+{rune.Value:X4} reaches the terminal");
        if (_column + cells > Size.Width && !_wraps)
            _column = Size.Width - cells;
        var line = _lines[_row];
        line.Append(' ', Math.Max(0, _column + cells - line.Length));
        Span<char> characters = ['\0', '\0'];
        rune.EncodeToUtf16(characters);
        for (var i = 0; i < cells; i++)
            line[_column + i] = characters[i];
        _column += cells;
    }

    private void Control(string parameters, char final)
    {
        switch (final)
        {
            case 'A':
                Up(int.Parse(parameters, CultureInfo.InvariantCulture));
                break;
            case 'K':
                _lines[_row].Length = Math.Min(_lines[_row].Length, _column);
                break;
            case 'J':
                _lines[_row].Length = Math.Min(_lines[_row].Length, _column);
                _lines.RemoveRange(_row + 1, _lines.Count - _row - 1);
                break;
            case 'h' or 'l' when parameters == "?7":
                _wraps = final == 'h';
                break;
        }
    }

    // Rows, not lines: one that the window broke takes several. The cursor stops at the top.
    private void Up(int rows)
    {
        var left = Math.Min(rows, Size.Height - 1);
        while (left > 0 && _row > 0)
        {
            _row--;
            left -= RowsOf(_lines[_row]).Count();
        }
        Assert.True(left >= 0 || rows >= Size.Height - 1, "the cursor ends in the middle of a broken line");
    }
}
