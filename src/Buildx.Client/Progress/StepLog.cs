using System.Globalization;
using System.Text;

namespace Buildx.Client.Progress;

/// <summary>What a step has written, in lines with the time since its start in front.</summary>
public sealed class StepLog
{
    // Enough for every display; the rest is only printed.
    private const int MaxKept = 2000;

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
                _lines[^1] += part.ToString();
            else
                _lines.Add($"{FormatTime(start is { } from ? log.Timestamp - from : TimeSpan.Zero)} {part}");
            IsLastPartial = end < 0;
            text = end < 0 ? default : text[(end + 1)..];
        }
        if (_lines.Count > 2 * MaxKept)
        {
            // Only what has been printed can go.
            var count = Math.Min(_lines.Count - MaxKept, Math.Max(0, PrintedLines - _dropped));
            _lines.RemoveRange(0, count);
            _dropped += count;
        }
    }

    /// <summary>The last lines, without an open one that is empty.</summary>
    internal IEnumerable<string> Tail(int count) => _lines.TakeLast(count);

    private static string FormatTime(TimeSpan time)
    {
        var seconds = Math.Max(0, time.TotalSeconds);
        return seconds.ToString(seconds < 10 ? "0.000" : seconds < 100 ? "0.00" : "0.0", CultureInfo.InvariantCulture);
    }
}
