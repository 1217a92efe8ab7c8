using System.Runtime.InteropServices;
using System.Text;
using Buildx.Client.Debugging;
using Buildx.Linux.Terminals;

namespace Buildx.Cli.Debugging;

/// <summary>The monitor in a terminal, which either a process of the container has, or the prompt.</summary>
internal sealed class TerminalFront : IMonitorFront
{
    private const byte Escape = 0x01;

    private readonly DebugSession _session;
    private readonly Keyboard _keyboard;
    private readonly RawTerminal _terminal;
    private readonly LineEditor _editor;
    private readonly MonitorCommands _commands;
    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly List<byte> _typed = [];
    private readonly List<byte> _line = [];
    private bool _isAtPrompt = true;
    private bool _isEscaped;

    private TerminalFront(DebugSession session, Keyboard keyboard, RawTerminal terminal)
    {
        (_session, _keyboard, _terminal) = (session, keyboard, terminal);
        _editor = new LineEditor(Write);
        _commands = new MonitorCommands(session, this);
    }

    public MonitoredProcess? Attached { get; private set; }

    public static async Task<MonitorEnd> RunAsync(DebugSession session, Keyboard keyboard, CancellationToken cancellationToken)
    {
        using var terminal = RawTerminal.Enter(0);
        var front = new TerminalFront(session, keyboard, terminal);
        using var resizes = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => front.Resize());
        try
        {
            return await front.RunAsync(cancellationToken);
        }
        finally
        {
            // What comes next does not belong into a program's last line.
            if (!front._isAtPrompt)
                front.WriteLine("");
        }
    }

    public void WriteLine(string line) => Write(line.Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\n");

    public void Note(string line) => WriteLine(line);

    public Task AttachAsync(MonitoredProcess process, CancellationToken cancellationToken)
    {
        Attached?.Output.ShowTo(null);
        Attached = process;
        BringForward();
        return Task.CompletedTask;
    }

    private async Task<MonitorEnd> RunAsync(CancellationToken cancellationToken)
    {
        WriteLine("Ctrl-a c switches between the container and the monitor, Ctrl-a d leaves a process alone; \"help\" at the monitor lists its commands.");
        if (_session.Build.HasContainers)
            await TryAsync(async () => await AttachAsync(await _session.RollbackAsync(_session.Invoke, before: false, cancellationToken), cancellationToken));
        if (_isAtPrompt)
            _editor.Show();
        var typing = _keyboard.Typed.WaitToReadAsync(cancellationToken).AsTask();
        while (true)
        {
            if (Attached is { } attached)
                await Task.WhenAny(typing, attached.Completion);
            if (Attached is { Completion.IsCompleted: true })
            {
                await LeaveEndedAsync(Attached);
                continue;
            }
            if (!await typing)
                return MonitorEnd.Exit;
            while (_keyboard.Typed.TryRead(out var bytes))
            {
                if (await AcceptAsync(bytes, cancellationToken) is { } end)
                    return end;
            }
            typing = _keyboard.Typed.WaitToReadAsync(cancellationToken).AsTask();
        }
    }

    private async Task<MonitorEnd?> AcceptAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        foreach (var typed in bytes)
        {
            if (!_isEscaped && typed == Escape)
            {
                _isEscaped = true;
                continue;
            }
            var (escaped, _) = (_isEscaped, _isEscaped = false);
            switch (typed)
            {
                case (byte)'c' when escaped:
                    await SwitchAsync();
                    continue;
                case (byte)'d' when escaped:
                    await DetachAsync();
                    continue;
                default:
                    // What is no command of ours goes on as it was typed; the key twice is the key.
                    if (escaped && !_isAtPrompt)
                        _typed.Add(Escape);
                    if (escaped && typed == Escape)
                        continue;
                    break;
            }
            if (!_isAtPrompt)
                _typed.Add(typed);
            else if (_editor.Accept(typed) is { } line && await RunAsync(line, cancellationToken) is { } end)
                return end;
        }
        await FlushAsync();
        return null;
    }

    private async Task<MonitorEnd?> RunAsync(string line, CancellationToken cancellationToken)
    {
        var end = await _commands.RunAsync(line, cancellationToken);
        if (end is null && _isAtPrompt)
            _editor.Show();
        return end;
    }

    private async Task SwitchAsync()
    {
        await FlushAsync();
        if (!_isAtPrompt)
        {
            ShowPrompt();
            return;
        }
        if (Attached is null)
        {
            WriteLine("");
            WriteLine("no process is attached: \"exec\" and \"rollback\" start one, \"attach\" takes one that runs");
            _editor.Show();
            return;
        }
        WriteLine("");
        BringForward();
        // A shell shows its prompt again.
        if (Attached.Program.HasTerminal)
            await Attached.Process.TypeAsync("\n"u8.ToArray());
    }

    private async Task DetachAsync()
    {
        await FlushAsync();
        if (Attached is not { } process)
            return;
        process.Output.ShowTo(null);
        Attached = null;
        WriteLine($"\nprocess {process.Id} runs on; \"attach {process.Id}\" returns to it");
        _isAtPrompt = true;
        _editor.Show();
    }

    private async Task LeaveEndedAsync(MonitoredProcess process)
    {
        process.Output.ShowTo(WriteOutput);
        Attached = null;
        _typed.Clear();
        _line.Clear();
        WriteLine($"\nprocess {process.Id} ({process.Command}) has ended{(MonitoredProcess.Describe(await process.Completion) is { } failure ? $": {failure}" : "")}");
        _isAtPrompt = true;
        _editor.Show();
    }

    private void ShowPrompt()
    {
        Attached?.Output.ShowTo(null);
        _isAtPrompt = true;
        WriteLine("");
        _editor.Show();
    }

    private void BringForward()
    {
        _isAtPrompt = false;
        Attached!.Output.ShowTo(WriteOutput);
        Resize();
    }

    private void Resize()
    {
        if (Attached is { Program.HasTerminal: true } process && _terminal.Size is var (columns, rows))
            _ = process.Process.ResizeAsync(rows, columns);
    }

    private async Task FlushAsync()
    {
        if (_typed.Count == 0 || Attached is not { } process)
            return;
        byte[] bytes = [.. _typed];
        _typed.Clear();
        if (process.Program.HasTerminal)
            await process.Process.TypeAsync(bytes);
        else
            await TypeToPipeAsync(process.Process, bytes);
    }

    /// <summary>A process without a terminal has nobody who echoes, ends lines and understands control keys.</summary>
    private async Task TypeToPipeAsync(ContainerProcess process, byte[] bytes)
    {
        foreach (var typed in bytes)
        {
            switch (typed)
            {
                case 0x03:
                    await process.DisposeAsync();
                    return;
                case 0x04 when _line.Count == 0:
                    await process.EndInputAsync();
                    return;
                case 0x7f or 0x08 when _line.Count > 0:
                    _line.RemoveAt(_line.Count - 1);
                    WriteBytes("\b \b"u8);
                    break;
                case (byte)'\r' or (byte)'\n':
                    WriteBytes("\r\n"u8);
                    _line.Add((byte)'\n');
                    await SendLineAsync(process);
                    break;
                case 0x04:
                    await SendLineAsync(process);
                    break;
                case >= 0x20 and not 0x7f:
                    WriteBytes([typed]);
                    _line.Add(typed);
                    break;
            }
        }
    }

    private async Task SendLineAsync(ContainerProcess process)
    {
        await process.TypeAsync(_line.ToArray());
        _line.Clear();
    }

    private async Task TryAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (CliException e)
        {
            WriteLine(e.Message);
        }
    }

    private void WriteOutput(int stream, ReadOnlyMemory<byte> data)
    {
        if (Attached is { Program.HasTerminal: false })
            Write(Encoding.Latin1.GetString(data.Span).Replace("\n", "\r\n", StringComparison.Ordinal), Encoding.Latin1);
        else
            WriteBytes(data.Span);
    }

    private void Write(string text) => Write(text, Encoding.UTF8);

    private void Write(string text, Encoding encoding) => WriteBytes(encoding.GetBytes(text));

    private void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        lock (_output)
        {
            _output.Write(bytes);
            _output.Flush();
        }
    }
}
