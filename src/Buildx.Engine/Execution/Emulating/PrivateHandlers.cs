using Buildx.Linux;
using Buildx.Linux.Namespaces;
using Buildx.Linux.Processes;

namespace Buildx.Engine.Execution.Emulating;

/// <summary>A <c>binfmt_misc</c> of the engine's own, with a handler for each emulator that is installed.</summary>
internal static class PrivateHandlers
{
    /// <summary>The helper process's name on the command line.</summary>
    public const string ChildName = "engine-namespace";

    /// <summary>The kernel from which on a user namespace has a <c>binfmt_misc</c> of its own.</summary>
    public static KernelVersion NeededKernel { get; } = new(6, 7);

    /// <summary>Gives the user namespace of this process its handlers, where the kernel allows it.</summary>
    public static void RegisterHere(Action<string> warn)
    {
        if (KernelVersion.Current < NeededKernel)
            return;
        var binfmt = new BinfmtMisc();
        try
        {
            binfmt.Mount();
            Register(binfmt, warn);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            warn($"no emulation of other platforms: {exception.Message}");
        }
    }

    /// <summary>
    /// The helper process that a root engine starts in a new user namespace: registers, says so, and stays until its input ends.
    /// </summary>
    public static int RunChild(Stream input, TextWriter output)
    {
        RegisterHere(output.WriteLine);
        output.WriteLine("ready");
        output.Flush();
        input.ReadByte();
        return 0;
    }

    /// <summary>
    /// Makes a user namespace with all ids as they are here and handlers of its own, and keeps it alive as a file.
    /// </summary>
    /// <param name="file">Where the namespace appears; ends with the engine's mount namespace.</param>
    /// <exception cref="ExecutionException">It can't be made here.</exception>
    public static void MakeNamespace(ChildCommand child, string file)
    {
        var unshare = ExecutableSearch.Find("unshare")
            ?? throw new ExecutionException("emulation needs the program unshare: apt-get install util-linux");
        var (inputReader, inputWriter) = Descriptors.CreatePipe();
        var (outputReader, outputWriter) = Descriptors.CreatePipe();
        using (inputWriter)
        using (outputReader)
        {
            ChildProcess process;
            using (inputReader)
            using (outputWriter)
            {
                // A program gets its capabilities when it is started, and only if its user is mapped by then: so the shell waits.
                process = ChildProcess.Start(new ProcessStart(unshare,
                    ["--user", "--mount", "--propagation=unchanged", "--",
                        "/bin/sh", "-c", "read -r _ && exec \"$0\" \"$@\"", child.Path, .. child.Arguments, ChildName])
                {
                    Input = inputReader,
                    Output = outputWriter,
                    Error = outputWriter,
                });
            }
            using (process)
            {
                var said = "";
                try
                {
                    WaitForNamespace(process);
                    IdentityMap.WriteAll(process.Id);
                    Descriptors.Write(inputWriter, "\n"u8);
                    said = ReadToReady(outputReader);
                    if (said != "ready\n")
                        throw new ExecutionException($"a namespace for foreign programs could not be made: {said.Trim()}");
                    File.WriteAllText(file, "");
                    Mount.Bind($"/proc/{process.Id}/ns/{NamespaceKind.User}", file);
                }
                catch (IOException exception)
                {
                    throw new ExecutionException($"a namespace for foreign programs could not be made: {exception.Message} {said}".Trim(), exception);
                }
                finally
                {
                    process.Signal(ProcessSignal.Kill);
                    process.Wait();
                }
            }
        }
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

    private static void WaitForNamespace(ChildProcess process)
    {
        var own = NamespaceKind.Identify(NamespaceKind.User);
        var deadline = Environment.TickCount64 + 10_000;
        while (NamespaceKind.Identify(NamespaceKind.User, process.Id) is not { } theirs || theirs == own)
        {
            if (process.Wait(TimeSpan.FromMilliseconds(1)) is { } exit)
                throw new ExecutionException($"a user namespace could not be made: unshare ended with {exit}; see /proc/sys/user/max_user_namespaces");
            if (Environment.TickCount64 > deadline)
                throw new ExecutionException("a user namespace could not be made within 10 seconds");
        }
    }

    private static string ReadToReady(Microsoft.Win32.SafeHandles.SafeFileHandle reader)
    {
        var text = "";
        Span<byte> buffer = stackalloc byte[1024];
        while (!text.EndsWith("ready\n", StringComparison.Ordinal) && Descriptors.WaitForInput(reader, TimeSpan.FromSeconds(20)))
        {
            var count = Descriptors.Read(reader, buffer);
            if (count == 0)
                break;
            text += System.Text.Encoding.UTF8.GetString(buffer[..count]);
        }
        return text;
    }
}
