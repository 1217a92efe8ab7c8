using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Buildx.Engine.Execution.Cgroups;
using Buildx.Linux;
using Buildx.Linux.Processes;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Execution;

/// <summary>
/// One run of the OCI runtime. A thread of its own starts it, hands on what it prints, and waits for its end: nothing blocks the
/// thread pool, and the parent-death signal, which belongs to the starting thread, comes when the engine dies and not before.
/// </summary>
/// <remarks>
/// <c>setpriv --pdeathsig → unshare --pid --kill-child → runtime → container</c>: the runtime is the first process of a pid
/// namespace, so whatever ends it, the kernel ends everything in the container. One more process in a container enters that
/// namespace: <c>setpriv --pdeathsig → nsenter --pid --mount → runtime → process</c>.
/// </remarks>
internal sealed partial class RuntimeRun(string runtime, ImmutableArray<string> arguments, string logFile, IExecutionOutput output)
{
    private const int StackSize = 256 << 10;

    /// <summary>How long after printing an error the runtime has certainly logged it, if it was the runtime's.</summary>
    private static readonly TimeSpan LogDelay = TimeSpan.FromMilliseconds(30);

    private static readonly string? SetPriv = ExecutableSearch.Find("setpriv");
    private static readonly string? Unshare = ExecutableSearch.Find("unshare");
    private static readonly string? NsEnter = ExecutableSearch.Find("nsenter");

    private readonly TaskCompletionSource<ProcessExit> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private ChildProcess? _process;
    private SafeFileHandle? _terminal;
    private (int Rows, int Columns)? _windowSize;
    private bool _isKilled;
    private bool _hasBegun;
    private byte[] _held = [];

    /// <summary>Whoever talks to the process; null for nobody.</summary>
    public ProcessControl? Control { get; init; }

    /// <summary>Where the runtime sends the terminal; null for none.</summary>
    public ConsoleSocket? Console { get; init; }

    /// <summary>What keeps the container from devices; null when the runtime does, or nothing.</summary>
    public DeviceCage? Cage { get; init; }

    /// <summary>The run of the container that this process goes into; null for a container of its own.</summary>
    public RuntimeRun? Inside { get; init; }

    /// <summary>What the runtime printed itself instead of the container: withheld, since its log says it too.</summary>
    public string RuntimeOutput { get; private set; } = "";

    public async Task<ProcessExit> RunAsync(CancellationToken cancellationToken)
    {
        new Thread(Run, StackSize) { IsBackground = true, Name = "container" }.Start();
        await using (cancellationToken.Register(Kill))
            return await _end.Task;
    }

    private void Run()
    {
        try
        {
            var (outReader, outWriter) = Descriptors.CreatePipe();
            var (errorReader, errorWriter) = Descriptors.CreatePipe();
            using (outReader)
            using (errorReader)
            {
                ChildProcess process;
                using (outWriter)
                using (errorWriter)
                    process = Start(outWriter, errorWriter);
                using (process)
                {
                    Control?.Attach(this);
                    Pump(process, outReader, errorReader);
                    var exit = process.Wait();
                    ReleaseUnlessRuntimeHasFailed();
                    End();
                    _end.TrySetResult(exit);
                }
            }
        }
        catch (Exception exception)
        {
            // Nothing may end this thread but the run's end; the task carries whatever it was.
            Kill();
            End();
            _end.TrySetException(exception);
        }
    }

    private void End()
    {
        lock (_lock)
        {
            _process = null;
            _terminal?.Dispose();
            _terminal = null;
        }
        Control?.Detach();
    }

    private ChildProcess Start(SafeFileHandle outWriter, SafeFileHandle errorWriter)
    {
        var command = Command() with { Output = outWriter, Error = errorWriter };
        if (Console is null && Control is not null)
            command = command with { Input = Control.Input, Output = Control.Output ?? outWriter };
        lock (_lock)
        {
            var process = Cage is null ? ChildProcess.Start(command) : Cage.Start(command);
            _process = process;
            if (_isKilled)
                _ = Task.Run(Kill);
            if (Console is null)
            {
                // The other end is told when the container has closed it, and no sooner or later.
                Control?.Input?.Dispose();
                Control?.Output?.Dispose();
            }
            return process;
        }
    }

    private ProcessStart Command()
    {
        if (SetPriv is null || Unshare is null || NsEnter is null)
            return new ProcessStart(runtime, arguments);
        if (Inside is null)
        {
            return new ProcessStart(SetPriv,
                ["--pdeathsig", "KILL", "--", Unshare, "--pid", "--fork", "--kill-child", "--mount-proc", "--", runtime, .. arguments]);
        }
        var first = Inside.RuntimeProcess() ?? throw new ExecutionException("the container has ended with its first process: nothing more can be started in it");
        return new ProcessStart(SetPriv, ["--pdeathsig", "KILL", "--", NsEnter, "--target", $"{first}", "--pid", "--mount", "--", runtime, .. arguments]);
    }

    private void Pump(ChildProcess process, SafeFileHandle outReader, SafeFileHandle errorReader)
    {
        Span<byte> buffer = stackalloc byte[16 << 10];
        Span<bool> ready = stackalloc bool[4];
        var handles = new SafeHandle?[] { outReader, errorReader, process.Descriptor, Console?.Handle };
        while (handles[0] is not null || handles[1] is not null || (handles[3] is not null && handles[2] is not null) || _terminal is not null)
        {
            // When the process has ended all of the container has; what it wrote is in the pipes now.
            var hasEnded = handles[2] is null;
            var patience = hasEnded ? TimeSpan.Zero : _held.Length > 0 ? LogDelay : Timeout.InfiniteTimeSpan;
            if (!Descriptors.WaitForInput(handles, ready, patience))
            {
                if (hasEnded)
                    return;
                ReleaseUnlessRuntimeHasFailed();
                continue;
            }
            if (ready[2])
                handles[2] = null;
            if (ready[3] && handles[3] is { } console)
                handles[3] = _terminal is null ? TakeTerminal() : ReadTerminal(console, buffer);
            for (var i = 0; i < 2; i++)
            {
                if (!ready[i] || handles[i] is null)
                    continue;
                var count = Descriptors.Read(handles[i]!, buffer);
                if (count == 0)
                    handles[i] = null;
                else
                    Pass(i + 1, buffer[..count]);
            }
        }
    }

    /// <summary>
    /// The runtime and the container share stderr, and what comes first may be the runtime's: it is held until that is known.
    /// </summary>
    private void Pass(int stream, ReadOnlySpan<byte> data)
    {
        if (!_hasBegun && stream == 2)
        {
            _held = [.. _held, .. data];
            return;
        }
        ReleaseUnlessRuntimeHasFailed();
        _hasBegun = true;
        output.Write(stream, data);
    }

    private void ReleaseUnlessRuntimeHasFailed()
    {
        if (_held.Length == 0)
            return;
        // crun logs to its file, and inside the container, where that is out of reach, to stderr in the log's form.
        if (new FileInfo(logFile) is { Exists: true, Length: > 0 } || _held.AsSpan().StartsWith("{\"msg\":\""u8))
        {
            RuntimeOutput += System.Text.Encoding.UTF8.GetString(_held);
        }
        else
        {
            output.Write(2, _held);
            _hasBegun = true;
        }
        _held = [];
    }

    private void Kill()
    {
        // Usually at once; when the run has only just begun, the namespace's first process isn't there yet.
        for (var attempt = 0; attempt < 200; attempt++)
        {
            lock (_lock)
            {
                _isKilled = true;
                if (_process is null)
                    return;
                var children = ContainerProcesses.ChildrenOf(_process.Id);
                // What the runtime has started in another's container doesn't end with it.
                foreach (var child in Inside is null ? [] : children.SelectMany(ContainerProcesses.ChildrenOf))
                    CurrentProcess.Kill(child);
                foreach (var child in children)
                    CurrentProcess.Kill(child);
                // Its parent ends by itself after the whole namespace has.
                if (children.Length > 0)
                    return;
                if (SetPriv is null || Unshare is null)
                    break;
            }
            Thread.Sleep(5);
        }
        lock (_lock)
            _process?.Signal(ProcessSignal.Kill);
    }
}
