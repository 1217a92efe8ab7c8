using System.Globalization;

namespace Buildx.Client.Progress;

/// <summary>Numbered steps, line by line, for logs. Stays with a step as long as that makes it easier to read.</summary>
internal sealed class PlainDisplay(TextWriter output, TimeProvider clock, bool cutNames, string? description = null, TimeSpan? refresh = null)
    : ProgressDisplay(refresh ?? TimeSpan.FromMilliseconds(150), printsLogs: true)
{
    private const int MaxName = 72;
    private const int MaxReasons = 5;
    private const double MinTransferProgress = 0.05;

    private static readonly TimeSpan MinTransferTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StayTime = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, TransferState> _printed = new(StringComparer.Ordinal);
    private BuildStep? _current;
    private DateTimeOffset _currentSince;
    private int _lastIndex;

    private protected override void Draw(bool isLast)
    {
        var changed = Status.Changed.Where(step => step is { IsHidden: false, IsStarted: true }).ToList();
        Status.Changed.Clear();
        // What has ended first, the step that is being printed before all others.
        foreach (var step in changed.Where(step => step.IsCompleted).OrderBy(step => step != _current).ThenBy(step => step.LastStop))
            Print(step);
        var running = changed.Where(step => !step.IsCompleted).ToList();
        if (running.Count > 0)
        {
            if (_current is not null && running.Remove(_current))
                Print(_current);
            // Another step gets its turn when the current one has had some time.
            var stays = _current is not null && !isLast && clock.GetUtcNow() - _currentSince < StayTime;
            foreach (var step in running)
            {
                if (stays)
                    Status.Changed.Add(step);
                else
                    Print(step);
                stays = !isLast;
            }
        }
        else if (_current is null && Status.Steps.FirstOrDefault(step => !step.IsCompleted) is { } open && !isLast)
        {
            Print(open);
        }
        if (isLast)
            FailureReport.WriteLogs(output, Status);
        output.Flush();
    }

    private void Print(BuildStep step)
    {
        if (step.Index == 0)
            step.Index = ++_lastIndex;
        if (step != _current)
            Begin(step);
        PrintReasons(step);
        var hasOpenTransfers = PrintTransfers(step);
        for (; step.PrintedWarnings < step.Warnings.Count; step.PrintedWarnings++)
            Line(step, $"WARN: {step.Warnings[step.PrintedWarnings].Message}");
        PrintLog(step);
        if (!step.IsCompleted || hasOpenTransfers)
            return;
        EndOpenLine(step);
        _current = null;
        if (step.IsCancelled)
            Line(step, "CANCELED");
        else if (step.Error.Length > 0)
            Line(step, $"ERROR: {step.Error}");
        else if (step.IsCached)
            Line(step, "CACHED");
        else
            Line(step, $"DONE {Seconds(step.GetDuration(clock.GetUtcNow()))}");
    }

    private void Begin(BuildStep step)
    {
        if (_current is not null)
        {
            EndOpenLine(_current);
            Line(_current, "...");
        }
        if (_lastIndex > 1 || step.Index < _lastIndex)
            output.Write('\n');
        else if (description is not null)
            output.Write($"#0 {description}\n\n");
        (_current, _currentSince) = (step, clock.GetUtcNow());
        Line(step, cutNames && step.Name.Length > MaxName ? step.Name[..MaxName] + "..." : step.Name);
    }

    private void PrintReasons(BuildStep step)
    {
        if (step.AreReasonsPrinted || step.Reasons.Count == 0)
            return;
        step.AreReasonsPrinted = true;
        foreach (var reason in step.Reasons.Take(MaxReasons))
            Line(step, $"because {reason}");
        if (step.Reasons.Count > MaxReasons)
            Line(step, $"and {step.Reasons.Count - MaxReasons} more: see history explain");
    }

    private bool PrintTransfers(BuildStep step)
    {
        var hasOpen = false;
        foreach (var transfer in step.Transfers)
        {
            if (!step.ChangedTransfers.Contains(transfer.Id))
                continue;
            hasOpen |= transfer.Completed is null;
            var key = $"{transfer.Vertex}/{transfer.Id}";
            if (transfer.Completed is null && _printed.TryGetValue(key, out var last)
                && (transfer.Total > 0 ? (double)(transfer.Current - last.Current) / transfer.Total : 0) < MinTransferProgress
                && transfer.Timestamp - last.Timestamp < MinTransferTime)
            {
                continue;
            }
            _printed[key] = transfer;
            var size = ByteSize.Describe(transfer);
            var time = (transfer.Completed ?? transfer.Timestamp) - (transfer.Started ?? transfer.Completed ?? transfer.Timestamp);
            Line(step, $"{transfer.Id}{(size.Length > 0 ? " " + size : "")}{(time.TotalSeconds > 0.01 ? " " + Seconds(time) : "")}{(transfer.Completed is null ? "" : " done")}");
        }
        step.ChangedTransfers.Clear();
        return hasOpen;
    }

    private void PrintLog(BuildStep step)
    {
        var log = step.Log;
        for (var i = log.PrintedLines; i < log.FirstIndex + log.Lines.Count; i++)
        {
            var line = log.Lines[i - log.FirstIndex];
            output.Write(log.PrintedOfOpenLine > 0 ? line[log.PrintedOfOpenLine..] : $"#{step.Index} {line}");
            if (i == log.FirstIndex + log.Lines.Count - 1 && log.IsLastPartial)
            {
                log.PrintedOfOpenLine = line.Length;
                return;
            }
            output.Write('\n');
            log.PrintedOfOpenLine = 0;
            log.PrintedLines = i + 1;
        }
    }

    /// <summary>A line that may go on is ended, since another step is next; what comes of it will be a line of its own.</summary>
    private void EndOpenLine(BuildStep step)
    {
        if (step.Log.PrintedOfOpenLine == 0)
            return;
        output.Write('\n');
        step.Log.PrintedOfOpenLine = 0;
        if (step.IsCompleted)
            step.Log.PrintedLines = step.Log.FirstIndex + step.Log.Lines.Count;
    }

    private void Line(BuildStep step, string text) => output.Write($"#{step.Index} {text}\n");

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + "s";
}
