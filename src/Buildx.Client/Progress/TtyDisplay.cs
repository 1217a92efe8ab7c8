using System.Globalization;
using System.Text;

namespace Buildx.Client.Progress;

/// <summary>All steps at once on a terminal, drawn over and over in place.</summary>
internal sealed class TtyDisplay : ProgressDisplay
{
    private const int MinLogLines = 6;
    private const int MinName = 8;

    // Where a line is longer than was thought, its end is lost and nothing else is disturbed.
    private const string BeginFrame = "\e[?25l\e[?7l";
    private const string EndFrame = "\e[J\e[?7h\e[?25h";

    private readonly TextWriter _output;
    private readonly ITerminal _terminal;
    private readonly ProgressColors _colors;
    private readonly int _logLines;
    private readonly TimeProvider _clock;
    private readonly string? _description;
    private TimeSpan? _clockDifference;
    private List<int> _drawn = [];

    public TtyDisplay(TextWriter output, ITerminal terminal, ProgressColors colors, TtyOptions options, TimeProvider clock, string? description = null)
        : base(options.Refresh)
    {
        (_output, _terminal, _colors, _logLines, _clock, _description) = (output, terminal, colors, options.LogLines, clock, description);
    }

    private DateTimeOffset Now => _clock.GetUtcNow() - (_clockDifference ?? TimeSpan.Zero);

    private protected override void OnReport(SolveStatus status)
    {
        // Times come by the daemon's clock; differences are shown by ours.
        if (_clockDifference is null && Status.Started is { } started)
            _clockDifference = _clock.GetUtcNow() - started;
    }

    private protected override void Draw(bool isLast)
    {
        var (width, height) = _terminal.Size;
        (width, height) = width > 0 && height > 0 ? (width, height) : (80, 10);
        var lines = Lines(width, height, isLast);
        var frame = new StringBuilder(BeginFrame);
        // Never further up than the screen reaches: what has scrolled away can't be drawn again.
        var up = Math.Min(DrawnRows(width), height - 1);
        if (up > 0)
            frame.Append(CultureInfo.InvariantCulture, $"\e[{up}A");
        frame.Append('\r');
        foreach (var line in lines)
            frame.Append(line.Text).Append("\e[K\n");
        frame.Append(EndFrame);
        _drawn = lines.ConvertAll(line => line.Width);
        _output.Write(frame.ToString());
        if (isLast)
            FailureReport.WriteLogs(_output, Status, (width, height));
        _output.Flush();
    }

    /// <summary>The rows that the last frame takes now: where the window has become narrower, terminals break its lines.</summary>
    private int DrawnRows(int width)
    {
        var rows = 0;
        foreach (var line in _drawn)
            rows += Math.Max(1, (line + width - 1) / width);
        return rows;
    }

    private List<(string Text, int Width)> Lines(int width, int height, bool isLast)
    {
        var completed = Status.CompletedCount;
        var total = Status.TotalCount;
        var elapsed = Status.Started is { } started ? Now - started : TimeSpan.Zero;
        var finished = isLast && completed > 0 && completed == total ? "FINISHED" : "";
        var state = $"{Seconds(elapsed)}s ({completed}/{total}) {finished}";
        var header = (state.Length + "[+] Building ".Length < width ? "[+] Building " : "[+] ") + state;
        if (_description is not null && header.Length + 1 + TerminalText.Width(_description) < width)
            header = TerminalText.Pad(header, width - 1 - TerminalText.Width(_description)) + _description;
        var lines = new List<(string Text, int Width)>();
        Add(header.TrimEnd(), "");
        var rows = Rows();
        var showLogs = ChooseLogs(rows, height);
        if (!isLast)
        {
            var limit = Math.Max(0, height - 2 - showLogs.Sum(step => Math.Min(_logLines, step.Log.Lines.Count)));
            rows = Fit(rows, limit);
        }
        foreach (var row in rows)
        {
            Add(Format(row, width), row.IsCompleted ? row.Color : "");
            if (isLast || row.Step is not { } step || !showLogs.Contains(step))
                continue;
            foreach (var line in step.Log.Tail(_logLines))
                Add($" => => # {TerminalText.Clean(StripTime(line))}", _colors.Log);
        }
        return lines;

        // The last column stays free: a terminal that has filled it waits with going on, each in its own way.
        void Add(string text, string color)
        {
            text = TerminalText.Cut(text, width - 1);
            lines.Add((ProgressColors.Apply(color, text), TerminalText.Width(text)));
        }
    }

    private List<Row> Rows()
    {
        var now = Now;
        var rows = new List<Row>();
        foreach (var step in Status.Steps)
        {
            var prefix = step.IsCancelled ? "CANCELED " : step.Error.Length > 0 ? "ERROR " : step.IsCached ? "CACHED " : "";
            var color = step.IsCancelled ? _colors.Cancel : step.Error.Length > 0 ? _colors.Error : _colors.Run;
            rows.Add(new Row(prefix + step.Name, "", step.GetDuration(now), step.IsCompleted, color, step));
            // The first will do: there is little room, and history explain has them all.
            if (step is { Reasons: [var reason, ..], IsCompleted: false })
                rows.Add(new Row($"=> because {reason}{(step.Reasons.Count > 1 ? $" (and {step.Reasons.Count - 1} more)" : "")}", "", step.GetDuration(now), false, _colors.Run, null));
            foreach (var transfer in step.Transfers)
            {
                if (transfer.Started is { } started)
                    rows.Add(new Row($"=> {transfer.Id}", ByteSize.Describe(transfer), (transfer.Completed ?? now) - started, transfer.Completed is not null, _colors.Run, null));
            }
            foreach (var warning in step.Warnings)
                rows.Add(new Row($"WARN: {warning.Message}", "", step.GetDuration(now), true, _colors.Warning, null));
        }
        return rows;
    }

    /// <summary>The running steps with the most output show its end, as far as there is room.</summary>
    private HashSet<BuildStep> ChooseLogs(List<Row> rows, int height)
    {
        var free = height - 2 - rows.Count(row => !row.IsCompleted);
        var needed = Math.Max(MinLogLines, _logLines) + 3;
        var chosen = new HashSet<BuildStep>();
        foreach (var row in rows.Where(row => row is { IsCompleted: false, Step.Log.Length: > 0 }).OrderByDescending(row => row.Step!.Log.Length))
        {
            if (free <= needed)
                break;
            chosen.Add(row.Step!);
            free -= needed;
        }
        return chosen;
    }

    /// <summary>The last rows; of what is cut off, those that still run take the place of completed ones.</summary>
    private static List<Row> Fit(List<Row> rows, int limit)
    {
        if (rows.Count <= limit)
            return rows;
        var kept = rows[^limit..];
        var running = rows[..^limit].Where(row => !row.IsCompleted).ToList();
        for (var i = 0; i < kept.Count && running.Count > 0; i++)
        {
            if (!kept[i].IsCompleted)
                continue;
            kept[i] = running[0];
            running.RemoveAt(0);
        }
        return kept;
    }

    private static string Format(Row row, int width)
    {
        const string start = " => ";
        var timer = $" {Seconds(row.Duration.TotalSeconds < 0.05 ? TimeSpan.Zero : row.Duration)}s";
        var left = width - start.Length - timer.Length - 1;
        var size = row.Size.Length > 0 && left + row.Size.Length > 20 ? " " + row.Size : "";
        left -= size.Length;
        var name = TerminalText.Clean(row.Name);
        return left < MinName ? start + name : TerminalText.Pad(start + TerminalText.Cut(name, left) + size, width - timer.Length - 1) + timer;
    }

    private static string StripTime(string line) => line[(line.IndexOf(' ') + 1)..];

    private static string Seconds(TimeSpan time) => Math.Max(0, time.TotalSeconds).ToString("0.0", CultureInfo.InvariantCulture);

    private sealed record Row(string Name, string Size, TimeSpan Duration, bool IsCompleted, string Color, BuildStep? Step);
}
