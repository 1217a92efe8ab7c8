using System.Buffers;
using System.Runtime.InteropServices;
using Buildx.Linux;
using Buildx.Linux.Processes;

namespace Buildx.Engine.Sources.Git;

/// <summary>
/// One run of a program with its output kept. A thread of its own starts it and waits, so that the parent-death signal, which
/// belongs to that thread, comes when the engine dies and not before.
/// </summary>
internal sealed class ProgramRun(ProcessStart start)
{
    private const int StackSize = 256 << 10;

    /// <summary>A remote that writes without end must not fill the engine's memory.</summary>
    private const int MaximumOutput = 64 << 20;

    /// <summary>How long it may take to remove its temporary files when it is told to end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly string? SetPriv = ExecutableSearch.Find("setpriv");

    private readonly TaskCompletionSource<ProcessExit> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte>[] _outputs = [new(), new()];
    private ChildProcess? _process;
    private bool _isStopped;
    private bool _wroteTooMuch;

    public ReadOnlySpan<byte> Output => _outputs[0].WrittenSpan;

    public ReadOnlySpan<byte> Error => _outputs[1].WrittenSpan;

    /// <summary>Cancelling ends the program, and the task with it.</summary>
    public async Task<ProcessExit> RunAsync(CancellationToken cancellationToken)
    {
        new Thread(Run, StackSize) { IsBackground = true, Name = "program" }.Start();
        await using (cancellationToken.Register(Stop))
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
                    process = Start(start with { Output = outWriter, Error = errorWriter });
                using (process)
                {
                    Read([outReader, errorReader], process);
                    Descriptors.WaitForInput(process.Descriptor, Timeout.InfiniteTimeSpan);
                    ProcessExit exit;
                    lock (_lock)
                    {
                        // Its helpers, which may outlive it, are in its group; the number is its own until it is waited for.
                        CurrentProcess.Kill(-process.Id);
                        exit = process.Wait();
                        _process = null;
                    }
                    if (_wroteTooMuch)
                        throw new InvalidDataException($"{start.Path} wrote more than {MaximumOutput >> 20} MB");
                    _end.TrySetResult(exit);
                }
            }
        }
        catch (Exception exception)
        {
            // Nothing may end this thread but the run's end; the task carries whatever it was.
            lock (_lock)
                _process = null;
            _end.TrySetException(exception);
        }
    }

    private ChildProcess Start(ProcessStart program)
    {
        if (SetPriv is not null)
            program = program with { Path = SetPriv, Arguments = ["--pdeathsig", "KILL", "--", program.Path, .. program.Arguments] };
        lock (_lock)
        {
            var process = ChildProcess.Start(program);
            _process = process;
            if (_isStopped)
                _ = Task.Run(Stop);
            return process;
        }
    }

    private void Read(SafeHandle?[] readers, ChildProcess process)
    {
        Span<bool> ready = stackalloc bool[3];
        var handles = new[] { readers[0], readers[1], process.Descriptor };
        while (handles[0] is not null || handles[1] is not null)
        {
            // A helper that outlives the program must not keep it here: what the program wrote is in the pipes when it ends.
            if (!Descriptors.WaitForInput(handles, ready, handles[2] is null ? TimeSpan.Zero : Timeout.InfiniteTimeSpan))
                return;
            if (ready[2])
                handles[2] = null;
            for (var i = 0; i < 2; i++)
            {
                if (!ready[i] || handles[i] is not { } handle)
                    continue;
                var count = Descriptors.Read(handle, _outputs[i].GetSpan(8 << 10));
                _outputs[i].Advance(count);
                if (count == 0)
                    handles[i] = null;
                if (_outputs[i].WrittenCount > MaximumOutput)
                {
                    _wroteTooMuch = true;
                    Kill();
                    return;
                }
            }
        }
    }

    private void Stop()
    {
        lock (_lock)
        {
            _isStopped = true;
            _process?.Signal(ProcessSignal.Terminate);
        }
        _ = Task.Delay(Patience).ContinueWith(_ => Kill(), TaskScheduler.Default);
    }

    private void Kill()
    {
        lock (_lock)
        {
            // It isn't waited for yet, so its group's number is still its own.
            if (_process is { } process)
                CurrentProcess.Kill(-process.Id);
        }
    }
}
