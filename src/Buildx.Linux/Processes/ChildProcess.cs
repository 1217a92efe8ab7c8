using System.Collections;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Linux.Processes;

/// <summary>
/// A process this one has started. It is known by a pidfd, so a signal never reaches a stranger that was given the same number.
/// </summary>
public sealed unsafe class ChildProcess : IDisposable
{
    private readonly Lock _lock = new();
    private ProcessExit? _exit;

    private ChildProcess(int id, SafeFileHandle descriptor) => (Id, Descriptor) = (id, descriptor);

    public int Id { get; }

    /// <summary>The pidfd: readable when the process has ended.</summary>
    public SafeFileHandle Descriptor { get; }

    /// <summary>
    /// Starts a program through <c>posix_spawn</c>. Its signals are at their defaults. A parent-death signal that it asks for
    /// belongs to the calling thread, which must then live as long as the program.
    /// </summary>
    public static ChildProcess Start(ProcessStart start)
    {
        ArgumentNullException.ThrowIfNull(start);
        // Larger than any C library's structures.
        var actions = stackalloc ulong[64];
        var attributes = stackalloc ulong[128];
        var signals = stackalloc ulong[16];
        using var arguments = new NativeStrings([start.Path, .. start.Arguments]);
        using var environment = new NativeStrings(start.Environment is { } given ? given : InheritedEnvironment());
        var path = NativeStrings.Allocate(start.Path);
        var directory = start.WorkingDirectory is null ? null : NativeStrings.Allocate(start.WorkingDirectory);
        var referenced = new List<SafeHandle>();
        Check("posix_spawn_file_actions_init", ProcessCalls.ActionsInit(actions));
        Check("posix_spawnattr_init", ProcessCalls.AttributesInit(attributes));
        try
        {
            Redirect(actions, 0, start.Input, referenced);
            Redirect(actions, 1, start.Output, referenced);
            Redirect(actions, 2, start.Error, referenced);
            foreach (var (number, handle) in start.Descriptors)
                Redirect(actions, number, handle, referenced);
            if (directory is not null)
                Check("posix_spawn_file_actions_addchdir_np", ProcessCalls.ActionsAddChdir(actions, directory));

            ProcessCalls.SignalSetEmpty(signals);
            Check("posix_spawnattr_setsigmask", ProcessCalls.AttributesSetSignalMask(attributes, signals));
            // .NET ignores SIGPIPE, and ignored signals would stay ignored in the program.
            ProcessCalls.SignalSetFill(signals);
            Check("posix_spawnattr_setsigdefault", ProcessCalls.AttributesSetSignalDefaults(attributes, signals));
            var flags = ProcessCalls.SpawnSetSignalDefaults | ProcessCalls.SpawnSetSignalMask | start.Group switch
            {
                ProcessGroup.New => ProcessCalls.SpawnSetProcessGroup,
                ProcessGroup.NewSession => ProcessCalls.SpawnSetSession,
                _ => 0,
            };
            Check("posix_spawnattr_setflags", ProcessCalls.AttributesSetFlags(attributes, (short)flags));

            int pid;
            var error = ProcessCalls.Spawn(&pid, path, actions, attributes, arguments.Pointer, environment.Pointer);
            if (error != 0)
                throw new LinuxException("posix_spawn", start.Path, (Errno)error);
            // Nobody else waits for it, so the number is still the child's even if it has ended already.
            var descriptor = ProcessCalls.SyscallPidfdOpen(ProcessCalls.SysPidfdOpen, pid, 0);
            if (descriptor < 0)
                throw LinuxException.FromLastError("pidfd_open", start.Path);
            return new ChildProcess(pid, new SafeFileHandle(descriptor, ownsHandle: true));
        }
        finally
        {
            foreach (var handle in referenced)
                handle.DangerousRelease();
            ProcessCalls.ActionsDestroy(actions);
            ProcessCalls.AttributesDestroy(attributes);
            NativeMemory.Free(path);
            NativeMemory.Free(directory);
        }
    }

    /// <summary>Sends a signal; does nothing when the process has ended.</summary>
    public void Signal(ProcessSignal signal)
    {
        var result = ProcessCalls.SyscallPidfdSendSignal(
            ProcessCalls.SysPidfdSendSignal, Descriptor.DangerousGetHandle(), (nint)signal, null, 0);
        if (result < 0 && (Errno)Marshal.GetLastPInvokeError() != Errno.ESRCH)
            throw LinuxException.FromLastError("pidfd_send_signal", $"process {Id}");
    }

    /// <summary>Blocks until the process has ended, or the time is over.</summary>
    /// <returns>Null when it still runs.</returns>
    public ProcessExit? Wait(TimeSpan timeout)
    {
        if (!Descriptors.WaitForInput(Descriptor, timeout))
            return null;
        return Reap();
    }

    /// <summary>Blocks until the process has ended.</summary>
    public ProcessExit Wait() => Wait(Timeout.InfiniteTimeSpan)!.Value;

    /// <summary>Waits on a thread of its own, so that many waits don't use up the pool. Cancelling ends the wait, not the process.</summary>
    public Task<ProcessExit> WaitAsync(CancellationToken cancellationToken)
    {
        var completion = new TaskCompletionSource<ProcessExit>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                completion.TrySetResult(Wait());
            }
            catch (Exception exception) when (exception is LinuxException or ObjectDisposedException)
            {
                completion.TrySetException(exception);
            }
        }, 128 << 10)
        { IsBackground = true, Name = "wait " + Id }.Start();
        return completion.Task.WaitAsync(cancellationToken);
    }

    public void Dispose() => Descriptor.Dispose();

    private ProcessExit Reap()
    {
        lock (_lock)
        {
            if (_exit is { } known)
                return known;
            ProcessCalls.SignalInformation information = default;
            while (ProcessCalls.WaitId(ProcessCalls.WaitOnPidfd, (int)Descriptor.DangerousGetHandle(), &information, ProcessCalls.WaitExited, null) < 0)
            {
                if ((Errno)Marshal.GetLastPInvokeError() != Errno.EINTR)
                    throw LinuxException.FromLastError("waitid", $"process {Id}");
            }
            const int exited = 1;
            var exit = information.Code == exited ? new ProcessExit(information.Status, 0) : new ProcessExit(0, information.Status);
            _exit = exit;
            return exit;
        }
    }

    private static void Redirect(void* actions, int number, SafeHandle? handle, List<SafeHandle> referenced)
    {
        if (handle is null)
        {
            const int readAndWrite = 2;
            fixed (byte* nothing = "/dev/null\0"u8)
                Check("posix_spawn_file_actions_addopen", ProcessCalls.ActionsAddOpen(actions, number, nothing, readAndWrite, 0));
            return;
        }
        var added = false;
        handle.DangerousAddRef(ref added);
        referenced.Add(handle);
        Check("posix_spawn_file_actions_adddup2", ProcessCalls.ActionsAddDup2(actions, (int)handle.DangerousGetHandle(), number));
    }

    internal static List<string> InheritedEnvironment()
    {
        var environment = new List<string>();
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            environment.Add($"{entry.Key}={entry.Value}");
        return environment;
    }

    private static void Check(string call, int error)
    {
        if (error != 0)
            throw new LinuxException(call, null, (Errno)error);
    }
}
