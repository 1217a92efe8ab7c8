using System.Runtime.InteropServices;

namespace Buildx.Drivers.Native;

/// <summary>
/// A process in a session of its own, so that a Ctrl-C at our terminal doesn't reach it, with nothing inherited but its log.
/// </summary>
internal sealed class DetachedProcess
{
    // Larger than glibc's posix_spawnattr_t (336), posix_spawn_file_actions_t (80) and sigset_t (128).
    private const int OpaqueSize = 512;

    private DetachedProcess(int id) => Id = id;

    public int Id { get; }

    public static unsafe DetachedProcess Start(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string logFile)
    {
        var attributes = stackalloc byte[OpaqueSize];
        var actions = stackalloc byte[OpaqueSize];
        var signals = stackalloc byte[OpaqueSize];
        var argv = NewVector([program, .. arguments]);
        var envp = NewVector([.. environment.Select(pair => $"{pair.Key}={pair.Value}")]);
        LibC.SpawnAttributesInit(attributes);
        LibC.FileActionsInit(actions);
        try
        {
            LibC.SigFillSet(signals);
            LibC.SpawnAttributesSetDefaultSignals(attributes, signals);
            LibC.SigEmptySet(signals);
            LibC.SpawnAttributesSetSignalMask(attributes, signals);
            LibC.SpawnAttributesSetFlags(attributes, LibC.POSIX_SPAWN_SETSID | LibC.POSIX_SPAWN_SETSIGMASK | LibC.POSIX_SPAWN_SETSIGDEF);
            LibC.FileActionsAddOpen(actions, 0, "/dev/null", LibC.O_RDONLY, 0);
            LibC.FileActionsAddOpen(actions, 1, logFile, LibC.O_WRONLY | LibC.O_CREAT | LibC.O_APPEND, 0x180 /* 0600 */);
            LibC.FileActionsAddDup2(actions, 1, 2);
            var error = LibC.Spawn(out var id, program, actions, attributes, argv, envp);
            return error == 0 ? new DetachedProcess(id) : throw new IOException($"cannot start {program}: {Marshal.GetPInvokeErrorMessage(error)}");
        }
        finally
        {
            LibC.FileActionsDestroy(actions);
            LibC.SpawnAttributesDestroy(attributes);
            FreeVector(argv);
            FreeVector(envp);
        }
    }

    /// <summary>Whether it has ended, and with which exit code (128 + signal if killed).</summary>
    public bool HasExited(out int exitCode)
    {
        exitCode = 0;
        if (LibC.WaitPid(Id, out var status, LibC.WNOHANG) != Id)
            return false;
        exitCode = (status & 0x7f) is var signal and not 0 ? 128 + signal : (status >> 8) & 0xff;
        return true;
    }

    private static unsafe byte** NewVector(IReadOnlyList<string> strings)
    {
        var vector = (byte**)NativeMemory.AllocZeroed((nuint)(strings.Count + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < strings.Count; i++)
            vector[i] = (byte*)Marshal.StringToCoTaskMemUTF8(strings[i]);
        return vector;
    }

    private static unsafe void FreeVector(byte** vector)
    {
        for (var entry = vector; *entry != null; entry++)
            Marshal.FreeCoTaskMem((nint)(*entry));
        NativeMemory.Free(vector);
    }
}
