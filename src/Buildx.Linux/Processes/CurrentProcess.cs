using System.Runtime.InteropServices;
using System.Text;

namespace Buildx.Linux.Processes;

/// <summary>Facts about this process, and its replacement by another program.</summary>
public static unsafe class CurrentProcess
{
    public static uint UserId => ProcessCalls.GetUserId();

    public static uint GroupId => ProcessCalls.GetGroupId();

    public static bool IsRoot => ProcessCalls.GetEffectiveUserId() == 0;

    /// <summary>The file this process runs.</summary>
    public static string ExecutablePath =>
        File.ResolveLinkTarget("/proc/self/exe", returnFinalTarget: false)?.FullName
        ?? throw new InvalidOperationException("/proc/self/exe can't be read: is /proc mounted?");

    /// <summary>As given by whoever started this process, with the program's own name.</summary>
    public static IReadOnlyList<string> CommandLine()
    {
        var text = Encoding.UTF8.GetString(File.ReadAllBytes("/proc/self/cmdline"));
        return text.Length == 0 ? [] : text.TrimEnd('\0').Split('\0');
    }

    /// <summary>Kills a process by its number: only for one whose number can't have been given to another, as its parent is held.</summary>
    public static void Kill(int processId) => Signal(processId, (int)ProcessSignal.Kill);

    /// <summary>Sends any signal by its number, under the same condition.</summary>
    public static void Signal(int processId, int signal)
    {
        if (ProcessCalls.Kill(processId, signal) < 0 && (Errno)Marshal.GetLastPInvokeError() != Errno.ESRCH)
            throw LinuxException.FromLastError("kill", $"process {processId}");
    }

    /// <summary>Becomes another program, with the same process id. Returns only by an exception.</summary>
    public static void Replace(string path, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string?> changedEnvironment)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(changedEnvironment);
        var environment = ChildProcess.InheritedEnvironment();
        environment.RemoveAll(entry => changedEnvironment.ContainsKey(entry[..Math.Max(0, entry.IndexOf('='))]));
        environment.AddRange(changedEnvironment.Where(pair => pair.Value is not null).Select(pair => $"{pair.Key}={pair.Value}"));
        using var nativeArguments = new NativeStrings([path, .. arguments]);
        using var nativeEnvironment = new NativeStrings(environment);
        var program = NativeStrings.Allocate(path);
        // A mask of this thread would stay in force in the program.
        var signals = stackalloc ulong[16];
        ProcessCalls.SignalSetEmpty(signals);
        const int setMask = 2;
        ProcessCalls.SetSignalMask(setMask, signals, null);
        ProcessCalls.Execute(program, nativeArguments.Pointer, nativeEnvironment.Pointer);
        var error = LinuxException.FromLastError("execve", path);
        NativeMemory.Free(program);
        throw error;
    }
}
