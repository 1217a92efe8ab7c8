using Buildx.Cli.Terminal;
using Buildx.Cli.Values;
using Buildx.Diagnostics;

namespace Buildx.Cli.Debugging;

/// <summary>Does what is typed at the monitor.</summary>
internal sealed class MonitorCommands(DebugSession session, IMonitorFront front)
{
    /// <returns>Null: the monitor goes on.</returns>
    public async Task<MonitorEnd?> RunAsync(string line, CancellationToken cancellationToken)
    {
        try
        {
            var words = ShellWords.Split("monitor", line);
            return words.Count == 0 ? null : await RunAsync(words[0], [.. words.Skip(1)], cancellationToken);
        }
        catch (CliException e)
        {
            front.WriteLine(e.Message);
            return null;
        }
    }

    private async Task<MonitorEnd?> RunAsync(string name, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        switch (name)
        {
            case "exit":
                return MonitorEnd.Exit;
            case "reload":
                return MonitorEnd.Reload;
            case "help":
                WriteHelp(arguments.Count > 0 ? arguments[0] : null);
                break;
            case "ps":
                WriteProcesses();
                break;
            case "attach":
                await front.AttachAsync(Find(arguments), cancellationToken);
                break;
            case "exec":
                if (arguments.Count == 0)
                    throw new CliException("exec: what? (exec COMMAND [ARG...])");
                var process = await session.ExecAsync(session.Invoke.With(arguments), cancellationToken);
                if (session.IsFirst(process))
                    front.Note("the container had ended: a new one, without what was written in it");
                await front.AttachAsync(process, cancellationToken);
                break;
            case "rollback":
                await RollbackAsync(arguments, cancellationToken);
                break;
            default:
                var hint = Suggestion.FindTyped(name, [.. MonitorCommand.All.Select(command => command.Name)]) is { } near ? $"; did you mean \"{near}\"?" : "";
                throw new CliException($"unknown command \"{name}\"{hint} (\"help\" lists the commands)");
        }
        return null;
    }

    private async Task RollbackAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var before = arguments is ["--init", ..];
        var words = before ? [.. arguments.Skip(1)] : arguments;
        if (words is [['-', ..] flag, ..])
            throw new CliException($"rollback: there is no flag {flag} (want --init)");
        var process = await session.RollbackAsync(words.Count > 0 ? session.Invoke.With(words) : session.Invoke, before, cancellationToken);
        await front.AttachAsync(process, cancellationToken);
    }

    private MonitoredProcess Find(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0)
            throw new CliException("attach: to which process? (attach PID; ps lists them)");
        return session.Running.FirstOrDefault(process => process.Id == arguments[0]) ?? throw new CliException($"attach: no process {arguments[0]} runs (ps lists those that do)");
    }

    private void WriteProcesses()
    {
        var table = new Table();
        table.Add("PID", "CURRENT_SESSION", "COMMAND");
        foreach (var process in session.Running)
            table.Add(process.Id, process == front.Attached ? "true" : "false", process.Command);
        using var text = new StringWriter();
        table.Write(text);
        front.WriteLine(text.ToString().TrimEnd('\n'));
    }

    private void WriteHelp(string? name)
    {
        if (name is not null)
        {
            var command = MonitorCommand.All.FirstOrDefault(command => command.Name == name) ?? throw new CliException($"help: there is no command \"{name}\"");
            front.WriteLine($"{command.Summary}\n\nUsage:\n  {$"{command.Name} {command.Usage}".TrimEnd()}{(command.Details.Length > 0 ? $"\n\n{command.Details}" : "")}");
            return;
        }
        front.WriteLine("Available commands are:");
        foreach (var command in MonitorCommand.All)
            front.WriteLine($"  {command.Name,-10}{command.Summary}");
    }
}
