using System.Runtime.InteropServices;
using Buildx.Linux;
using Buildx.Linux.Processes;

namespace Buildx.Engine.Execution;

/// <summary>What can be done to a process while it runs.</summary>
internal sealed partial class RuntimeRun
{
    /// <summary>How long a runtime may take to become the program it is to run.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);

    /// <summary>Sends a signal to the process itself, as soon as there is one.</summary>
    public async Task SignalAsync(int signal, CancellationToken cancellationToken)
    {
        for (var clock = System.Diagnostics.Stopwatch.StartNew(); ; await Task.Delay(5, cancellationToken))
        {
            lock (_lock)
            {
                if (_process is null)
                    return;
                if (Program(clock.Elapsed > StartPatience) is { } program)
                {
                    CurrentProcess.Signal(program, signal);
                    return;
                }
            }
        }
    }

    public void Resize(int rows, int columns)
    {
        lock (_lock)
        {
            _windowSize = (rows, columns);
            if (_terminal is not null)
                ConsoleSocket.Resize(_terminal, rows, columns);
        }
    }

    /// <summary>Ends when the container's program runs; false when it doesn't any more.</summary>
    public async Task<bool> WaitForProgramAsync(CancellationToken cancellationToken)
    {
        for (var clock = System.Diagnostics.Stopwatch.StartNew(); clock.Elapsed < StartPatience; await Task.Delay(5, cancellationToken))
        {
            lock (_lock)
            {
                if (_process is null)
                    return false;
                if (Program(false) is not null)
                    return true;
            }
        }
        return true;
    }

    /// <summary>The runtime's process, whose namespaces others enter; null when there is none any more.</summary>
    private int? RuntimeProcess()
    {
        lock (_lock)
            return _process is not null && ContainerProcesses.ChildrenOf(_process.Id) is [var runtime, ..] ? runtime : null;
    }

    // Asked under the lock: the process is held, so the numbers of those below it are still theirs.
    private int? Program(bool takeWhatIsThere)
    {
        if (SetPriv is null || Unshare is null || NsEnter is null)
            return ContainerProcesses.ChildrenOf(_process!.Id) is [var only, ..] ? only : null;
        foreach (var runtime in ContainerProcesses.ChildrenOf(_process!.Id))
        {
            foreach (var program in ContainerProcesses.ChildrenOf(runtime))
            {
                if (takeWhatIsThere || !ContainerProcesses.RunTheSame(runtime, program))
                    return program;
            }
        }
        return null;
    }

    private SafeHandle? TakeTerminal()
    {
        lock (_lock)
        {
            _terminal = Console!.Receive();
            if (_terminal is null)
                return null;
            if (_windowSize is var (rows, columns))
                ConsoleSocket.Resize(_terminal, rows, columns);
        }
        if (Control?.Input is { } input)
            new Thread(() => Type(input), StackSize) { IsBackground = true, Name = "terminal input" }.Start();
        return _terminal;
    }

    /// <summary>A thread of its own: a program that doesn't read must not keep its output from being read.</summary>
    private void Type(SafeHandle input)
    {
        Span<byte> buffer = stackalloc byte[4 << 10];
        try
        {
            while (!input.IsClosed && Descriptors.Read(input, buffer) is > 0 and var count)
            {
                if (_terminal is not { } terminal)
                    return;
                Descriptors.Write(terminal, buffer[..count]);
            }
        }
        catch (Exception e) when (e is LinuxException or ObjectDisposedException)
        {
            // The program is gone, and its terminal with it.
        }
    }

    /// <returns>Null when everybody on the terminal's other side has closed it.</returns>
    private SafeHandle? ReadTerminal(SafeHandle terminal, Span<byte> buffer)
    {
        int count;
        try
        {
            count = Descriptors.Read(terminal, buffer);
        }
        catch (LinuxException e) when (e.Errno == Errno.EIO)
        {
            count = 0;
        }
        if (count > 0)
        {
            output.Write(1, buffer[..count]);
            return terminal;
        }
        lock (_lock)
        {
            _terminal?.Dispose();
            _terminal = null;
        }
        return null;
    }
}
