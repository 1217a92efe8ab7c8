using System.Globalization;
using System.Text;

namespace Buildx.Client.Progress;

/// <summary>What a step has written, in lines with the time since its start in front.</summary>
public sealed class StepLog
{
    // Enough for every display; the rest is only printed.
    private const int MaxKept = 2000;
    private const int MaxOpenLine = 4096;

    private readonly List<string> _lines = [];
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private int _dropped;

    /// <summary>Lines so far; the last may still grow.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Whether the last line has not ended yet.</summary>
    public bool IsLastPartial { get; private set; }

    /// <summary>How many bytes there were.</summary>
    internal long Length { get; private set; }

    /// <summary>How many lines, counted from the first ever, a display has printed; and how much of the one it left open.</summary>
    internal int PrintedLines { get; set; }

    internal int PrintedOfOpenLine { get; set; }

    internal int FirstIndex => _dropped;

    /// <summary>Whether every line is printed: then none goes before it was.</summary>
    internal bool IsPrinted { get; init; }

    internal void Append(LogOutput log, DateTimeOffset? start)
    {
        Length += log.Data.Length;
        var characters = new char[Encoding.UTF8.GetMaxCharCount(log.Data.Length)];
        var text = characters.AsSpan(0, _decoder.GetChars(log.Data.Span, characters, flush: false));
        while (!text.IsEmpty)
        {
            var end = text.IndexOf('\n');
            var part = end < 0 ? text : text[..end];
            if (IsLastPartial)
                Extend(part);
            else
                _lines.Add($"{FormatTime(start is { } from ? log.Timestamp - from : TimeSpan.Zero)} {part}");
            IsLastPartial = end < 0;
            text = end < 0 ? default : text[(end + 1)..];
        }
        if (_lines.Count > 2 * MaxKept)
        {
            var count = Math.Min(_lines.Count - MaxKept, IsPrinted ? Math.Max(0, PrintedLines - _dropped) : int.MaxValue);
            _lines.RemoveRange(0, count);
            _dropped += count;
        }
    }

    // A progress bar draws one line over and over: what it has drawn over is dropped, for each piece would copy all of it.
    private void Extend(ReadOnlySpan<char> part)
    {
        var line = string.Concat(_lines[^1], part);
        var overdrawn = line.Length > MaxOpenLine ? line.AsSpan().TrimEnd('\r').LastIndexOf('\r') + 1 : 0;
        var time = line.IndexOf(' ') + 1;
        if (IsPrinted)
            overdrawn = Math.Min(overdrawn, PrintedOfOpenLine);
        if (overdrawn > time)
        {
            line = string.Concat(line.AsSpan(0, time), line.AsSpan(overdrawn));
            PrintedOfOpenLine = Math.Max(0, PrintedOfOpenLine - (overdrawn - time));
        }
        _lines[^1] = line;
    }

    /// <summary>The last lines, without an open one that is empty.</summary>
    internal IEnumerable<string> Tail(int count) => _lines.TakeLast(count);

    private static string FormatTime(TimeSpan time)
    {
        var seconds = Math.Max(0, time.TotalSeconds);
        return seconds.ToString(seconds < 10 ? "0.000" : seconds < 100 ? "0.00" : "0.0", CultureInfo.InvariantCulture);
    }
}
