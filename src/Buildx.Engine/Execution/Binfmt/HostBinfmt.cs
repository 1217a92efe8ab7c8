using System.Collections.Immutable;
using System.IO.Enumeration;
using Buildx.Engine.Execution.Emulating;
using Buildx.Linux;
using Buildx.Linux.Namespaces;
using Buildx.Linux.Processes;
using Buildx.Oci;

namespace Buildx.Engine.Execution.Binfmt;

/// <summary>
/// Shows and changes the machine's own <c>binfmt_misc</c>, as the <c>tonistiigi/binfmt</c> image does. Nothing else here ever
/// changes it.
/// </summary>
public static class HostBinfmt
{
    private const string All = "all";

    /// <param name="directory">Where <c>binfmt_misc</c> is or will be mounted; null is the usual place.</param>
    public static BinfmtStatus Show(string? directory = null)
    {
        var handlers = new BinfmtMisc(directory ?? BinfmtMisc.DefaultDirectory).List();
        var platforms = NativePlatforms.Current.ToBuilder();
        foreach (var emulator in Emulator.All)
        {
            if (platforms.Any(platform => platform.Architecture == emulator.Architecture)
                || !handlers.Any(handler => handler.Matches(emulator.Header())))
                continue;
            if (emulator.Architecture == "arm")
                platforms.AddRange(NativePlatforms.ArmVariants.Where(variant => variant.Variant != "v5"));
            else
                platforms.Add(new Platform("linux", emulator.Architecture));
        }
        return new BinfmtStatus([.. platforms.Select(platform => platform.ToString())], [.. handlers.Select(handler => handler.Name)]);
    }

    /// <param name="wanted"><c>all</c>, or architectures: <c>arm64,riscv64</c>, <c>linux/s390x</c>, <c>aarch64</c>.</param>
    /// <returns>A line about each one, for the user.</returns>
    /// <exception cref="BinfmtException">An architecture is unknown, its emulator is missing, or the table can't be changed.</exception>
    public static IReadOnlyList<string> Install(string wanted, string? directory = null)
    {
        var emulators = Choose(wanted);
        // Everything is checked before anything is changed.
        var handlers = new List<BinfmtHandler>();
        foreach (var emulator in emulators)
        {
            if (emulator.FindInterpreter() is { } interpreter)
                handlers.Add(emulator.ToHandler(interpreter));
            else if (!IsAll(wanted))
                throw new BinfmtException($"no emulator for {emulator.Architecture}: qemu-{emulator.QemuName}-static isn't installed (apt-get install qemu-user-static)");
        }
        if (handlers.Count == 0)
            throw new BinfmtException("no emulator is installed: apt-get install qemu-user-static");
        var binfmt = Open(directory, "install emulators");
        var existing = binfmt.List().Select(handler => handler.Name).ToHashSet();
        var lines = new List<string>();
        foreach (var handler in handlers)
        {
            if (existing.Contains(handler.Name))
            {
                lines.Add($"installing: {handler.Name} is there already");
                continue;
            }
            Change($"install {handler.Name}", () => binfmt.Register(handler));
            lines.Add($"installing: {handler.Name} OK");
        }
        return lines;
    }

    /// <param name="patterns"><c>all</c>, or handlers' names and patterns: <c>qemu-*</c>, <c>qemu-aarch64</c>, <c>arm64</c>.</param>
    /// <returns>A line about each one, for the user.</returns>
    /// <exception cref="BinfmtException">Nothing matches, or the table can't be changed.</exception>
    public static IReadOnlyList<string> Uninstall(string patterns, string? directory = null)
    {
        var binfmt = Open(directory, "remove emulators");
        var lines = new List<string>();
        foreach (var pattern in Split(patterns))
        {
            var name = pattern == All ? "qemu-*" : Emulator.For(Normalize(pattern))?.HandlerName ?? pattern;
            var matching = binfmt.List().Where(handler => FileSystemName.MatchesSimpleExpression(name, handler.Name, ignoreCase: false)).ToList();
            if (matching.Count == 0 && pattern != All)
                throw new BinfmtException($"no emulator matches \"{pattern}\" (those registered: {string.Join(", ", binfmt.List().Select(handler => handler.Name))})");
            foreach (var handler in matching)
            {
                Change($"remove {handler.Name}", () => binfmt.Remove(handler.Name));
                lines.Add($"uninstalling: {handler.Name} OK");
            }
        }
        return lines;
    }

    private static ImmutableArray<Emulator> Choose(string wanted)
    {
        var native = NativePlatforms.Current;
        if (IsAll(wanted))
            return [.. Emulator.All.Where(emulator => native.All(platform => platform.Architecture != emulator.Architecture))];
        var chosen = ImmutableArray.CreateBuilder<Emulator>();
        foreach (var name in Split(wanted))
        {
            var emulator = Emulator.For(Normalize(name)) ?? throw new BinfmtException(
                $"unknown architecture \"{name}\" (want all, or some of {string.Join(", ", Emulator.All.Select(known => known.Architecture))})");
            if (emulator.Architecture == Platform.Host.Architecture)
                throw new BinfmtException($"{emulator.Architecture} is this machine's own architecture: an emulator for it would break the machine");
            chosen.Add(emulator);
        }
        return chosen.ToImmutable();
    }

    private static bool IsAll(string wanted) => Split(wanted) is [All];

    private static string[] Split(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string Normalize(string name)
    {
        if (Emulator.All.FirstOrDefault(emulator => emulator.QemuName == name) is { } emulator)
            return emulator.Architecture;
        return Platform.TryParse(name.Contains('/') ? name : "linux/" + name, out var platform) ? platform.Architecture : name;
    }

    private static BinfmtMisc Open(string? directory, string purpose)
    {
        if (!CurrentProcess.IsRoot)
            throw new BinfmtException($"only root can {purpose}: the table belongs to the whole machine. Try: sudo buildx binfmt …");
        var binfmt = new BinfmtMisc(directory ?? BinfmtMisc.DefaultDirectory);
        if (!binfmt.IsMounted)
            Change("mount binfmt_misc", binfmt.Mount);
        return binfmt;
    }

    private static void Change(string what, Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BinfmtException($"could not {what}: {exception.Message}. Is the kernel module binfmt_misc there (modprobe binfmt_misc), and is this root of the machine itself?");
        }
    }
}
