using Buildx.Linux;
using Buildx.Linux.Namespaces;

namespace Buildx.Engine.Execution.Emulating;

/// <summary>A <c>binfmt_misc</c> of the engine's own, with a handler for each emulator that is installed.</summary>
internal static class PrivateHandlers
{
    /// <summary>The helper process's name on the command line.</summary>
    public const string ChildName = "engine-namespace";

    /// <summary>The kernel from which on a user namespace has a <c>binfmt_misc</c> of its own.</summary>
    public static KernelVersion NeededKernel { get; } = new(6, 7);

    /// <summary>Gives the user namespace of this process its handlers, where the kernel allows it.</summary>
    /// <returns>Whether there are any now.</returns>
    public static bool RegisterHere(Action<string> warn)
    {
        if (KernelVersion.Current < NeededKernel)
            return false;
        var binfmt = new BinfmtMisc();
        try
        {
            binfmt.Mount();
            Register(binfmt, warn);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            warn($"no emulation of other platforms: {exception.Message}");
            return false;
        }
    }

    /// <summary>
    /// The helper process that a root engine starts in a new user namespace: registers, says so, and stays until its input ends.
    /// </summary>
    public static int RunChild(Stream input, TextWriter output)
    {
        if (!RegisterHere(output.WriteLine))
            return 1;
        output.WriteLine("ready");
        output.Flush();
        input.ReadByte();
        return 0;
    }

    private static void Register(BinfmtMisc binfmt, Action<string> warn)
    {
        var native = Emulator.For(Oci.Platform.Host.Architecture);
        foreach (var emulator in Emulator.All)
        {
            if (emulator == native || emulator.FindInterpreter() is not { } interpreter || IsNative(emulator))
                continue;
            try
            {
                binfmt.Register(emulator.ToHandler(interpreter));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                warn($"no emulation of {emulator.Architecture}: {exception.Message}");
            }
        }
    }

    /// <summary>A handler would take these away from the processor.</summary>
    private static bool IsNative(Emulator emulator)
    {
        var native = NativePlatforms.Current;
        return native.Any(platform => platform.Architecture == emulator.Architecture);
    }
}
