using Buildx.Linux;
using Buildx.Linux.Namespaces;
using Buildx.Linux.Processes;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Execution.Emulating;

/// <summary>
/// A user namespace with all ids as they are here and handlers of its own, for the foreign steps of an engine that is root. A
/// helper process keeps its <c>binfmt_misc</c> mounted, and ends when the engine does.
/// </summary>
internal sealed class HandlerNamespace : IDisposable
{
    private readonly SafeFileHandle _lifeline;
    private readonly ChildProcess _helper;

    private HandlerNamespace(string file, SafeFileHandle lifeline, ChildProcess helper) =>
        (File, _lifeline, _helper) = (file, lifeline, helper);

    /// <summary>The namespace, as a file to join it by.</summary>
    public string File { get; }

    /// <param name="file">Where the namespace is to appear: the runtime sees another <c>/proc</c>, without the helper.</param>
    /// <exception cref="ExecutionException">It can't be made here.</exception>
    public static HandlerNamespace Make(ChildCommand child, string file)
    {
        var unshare = ExecutableSearch.Find("unshare")
            ?? throw new ExecutionException("emulation needs the program unshare: apt-get install util-linux");
        var (inputReader, lifeline) = Descriptors.CreatePipe();
        var (outputReader, outputWriter) = Descriptors.CreatePipe();
        using var output = outputReader;
        ChildProcess helper;
        using (inputReader)
        using (outputWriter)
        {
            // A program gets its capabilities when it is started, and only if its user is mapped by then: so the shell waits.
            helper = ChildProcess.Start(new ProcessStart(unshare,
                ["--user", "--mount", "--propagation=unchanged", "--",
                    "/bin/sh", "-c", "read -r _ && exec \"$0\" \"$@\"", child.Path, .. child.Arguments, PrivateHandlers.ChildName])
            {
                Input = inputReader,
                Output = outputWriter,
                Error = outputWriter,
            });
        }
        var made = new HandlerNamespace(file, lifeline, helper);
        try
        {
            WaitForNamespace(helper);
            IdentityMap.WriteAll(helper.Id);
            Descriptors.Write(lifeline, "\n"u8);
            var said = ReadToReady(output);
            if (!said.EndsWith("ready\n", StringComparison.Ordinal))
                throw new ExecutionException($"a namespace for foreign programs could not be made: {said.Trim()}");
            System.IO.File.WriteAllText(file, "");
            Mount.Bind($"/proc/{helper.Id}/ns/{NamespaceKind.User}", file);
            return made;
        }
        catch (IOException exception)
        {
            made.Dispose();
            throw new ExecutionException($"a namespace for foreign programs could not be made: {exception.Message}", exception);
        }
        catch (ExecutionException)
        {
            made.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Mount.Unmount(File);
        _lifeline.Dispose();
        _helper.Signal(ProcessSignal.Kill);
        _helper.Wait();
        _helper.Dispose();
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

    private static string ReadToReady(SafeFileHandle reader)
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
