using System.Globalization;
using System.Text;

namespace Buildx.Client.Progress;

/// <summary>All steps at once on a terminal, drawn over and over in place.</summary>
internal sealed class TtyDisplay : ProgressDisplay
{
    private const int MinLogLines = 6;
    private const int MinName = 12;

    private readonly TextWriter _output;
    private readonly ITerminal _terminal;
    private readonly ProgressColors _colors;
    private readonly int _logLines;
    private readonly TimeProvider _clock;
    private readonly string? _description;
    private TimeSpan? _clockDifference;
    private int _drawnLines;

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
        var frame = new StringBuilder("\e[?25l");
        // Never further up than the screen reaches: what has scrolled away can't be drawn again.
        var up = Math.Min(_drawnLines, height - 1);
        if (up > 0)
            frame.Append(CultureInfo.InvariantCulture, $"\e[{up}A");
        frame.Append('\r');
        var lines = Lines(width, height, isLast);
        foreach (var line in lines)
            frame.Append(line).Append("\e[K\n");
        frame.Append("\e[J\e[?25h");
        _drawnLines = lines.Count;
        _output.Write(frame);
        if (isLast)
            FailureReport.WriteLogs(_output, Status);
        _output.Flush();
    }

    private List<string> Lines(int width, int height, bool isLast)
    {
        var completed = Status.CompletedCount;
        var total = Status.TotalCount;
        var elapsed = Status.Started is { } started ? Now - started : TimeSpan.Zero;
        var finished = isLast && completed > 0 && completed == total ? "FINISHED" : "";
        var header = $"[+] Building {Seconds(elapsed)}s ({completed}/{total}) {finished}";
        if (_description is not null)
            header = header.PadRight(Math.Max(header.Length, width - 1 - _description.Length)) + _description;
        var lines = new List<string> { Cut(header.TrimEnd(), width) };
        var rows = Rows();
        var showLogs = ChooseLogs(rows, height);
        if (!isLast)
        {
            var limit = Math.Max(0, height - 2 - showLogs.Sum(step => Math.Min(_logLines, step.Log.Lines.Count)));
            rows = Fit(rows, limit);
        }
        foreach (var row in rows)
        {
            if (Format(row, width) is not { } text)
                continue;
            lines.Add(text);
            if (isLast || row.Step is not { } step || !showLogs.Contains(step))
                continue;
            foreach (var line in step.Log.Tail(_logLines))
                lines.Add($"\e[2m{Cut($" => => # {Clean(StripTime(line))}", width)}\e[0m");
        }
        return lines;
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

    private static string? Format(Row row, int width)
    {
        const string start = " => ";
        var timer = $" {Seconds(row.Duration.TotalSeconds < 0.05 ? TimeSpan.Zero : row.Duration)}s";
        var left = width - start.Length - timer.Length - 1;
        var size = row.Size.Length > 0 && left + row.Size.Length > 20 ? " " + row.Size : "";
        left -= size.Length;
        if (left < MinName)
            return null;
        var text = start + Cut(Clean(row.Name), left) + size;
        text = text.PadRight(width - timer.Length - 1) + timer;
        return row.IsCompleted ? ProgressColors.Apply(row.Color, text) : text;
    }

    private static string Cut(string text, int width) => text.Length > width ? text[..Math.Max(0, width)] : text;

    /// <summary>Nothing in a name or a log may move the cursor.</summary>
    private static string Clean(string text)
    {
        var carriage = text.TrimEnd('\r').LastIndexOf('\r');
        if (carriage >= 0)
            text = text[(carriage + 1)..];
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\e' && i + 1 < text.Length && text[i + 1] == '[')
            {
                i += 2;
                while (i < text.Length && text[i] is < '@' or > '~')
                    i++;
            }
            else if (text[i] == '\t')
            {
                clean.Append(' ');
            }
            else if (!char.IsControl(text[i]))
            {
                clean.Append(text[i]);
            }
        }
        return clean.ToString();
    }

    private static string StripTime(string line) => line[(line.IndexOf(' ') + 1)..];

    private static string Seconds(TimeSpan time) => Math.Max(0, time.TotalSeconds).ToString("0.0", CultureInfo.InvariantCulture);

    private sealed record Row(string Name, string Size, TimeSpan Duration, bool IsCompleted, string Color, BuildStep? Step);
}
