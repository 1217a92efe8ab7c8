namespace Buildx.Cli.Debugging;

/// <summary>
/// The monitor without a terminal: each line of standard input is a command, and what it runs is waited for. Standard output has
/// what the processes write and the commands answer.
/// </summary>
internal sealed class ScriptFront(CliContext context, DebugSession session) : IMonitorFront
{
    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly Stream _error = Console.OpenStandardError();

    public MonitoredProcess? Attached { get; private set; }

    public async Task<MonitorEnd> RunAsync(CancellationToken cancellationToken)
    {
        var commands = new MonitorCommands(session, this);
        if (session.Build.HasContainers)
            await BeginAsync(cancellationToken);
        while (await Task.Run(Console.In.ReadLine, cancellationToken).WaitAsync(cancellationToken) is { } line)
        {
            if (await commands.RunAsync(line, cancellationToken) is { } end)
                return end;
        }
        return MonitorEnd.Exit;
    }

    public void WriteLine(string line)
    {
        context.Out.WriteLine(line);
        context.Out.Flush();
    }

    public void Note(string line) => context.Error.WriteLine(line);

    public async Task AttachAsync(MonitoredProcess process, CancellationToken cancellationToken)
    {
        if (process.OnlyKeepsContainer)
            return;
        Attached = process;
        process.Output.ShowTo(Write);
        var end = await process.Completion.WaitAsync(cancellationToken);
        Attached = null;
        if (MonitoredProcess.Describe(end) is { } failure)
            await context.Error.WriteLineAsync($"{process.Command}: {failure}");
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        try
        {
            await AttachAsync(await session.RollbackAsync(session.Invoke, before: false, cancellationToken), cancellationToken);
        }
        catch (CliException e)
        {
            await context.Error.WriteLineAsync(e.Message);
        }
    }

    private void Write(int stream, ReadOnlyMemory<byte> data)
    {
        var target = stream == 2 ? _error : _output;
        target.Write(data.Span);
        target.Flush();
    }
}
