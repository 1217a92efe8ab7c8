using Buildx.Linux.Namespaces;
using Buildx.Oci;

namespace Buildx.Engine.Execution.Emulating;

/// <summary>The host's own emulators, which every program on the machine uses: what <c>binfmt</c> shows and changes.</summary>
public sealed class HostEmulation
{
    private readonly BinfmtMisc _table = new();

    /// <summary>The architectures that can be installed, by their names in images.</summary>
    public static IReadOnlyList<string> Architectures { get; } = [.. Emulator.All.Select(emulator => emulator.Architecture)];

    /// <summary>What runs here, natively or through a handler of the host.</summary>
    public IReadOnlyList<Platform> SupportedPlatforms()
    {
        var handlers = _table.List();
        return
        [
            .. NativePlatforms.Current
                .Concat(Emulator.All.Where(emulator => handlers.Any(handler => handler.Enabled && handler.Matches(emulator.Header()))).SelectMany(PlatformsOf))
                .Distinct(),
        ];
    }

    /// <summary>The names of the host's handlers.</summary>
    public IReadOnlyList<string> Handlers() => [.. _table.List().Where(handler => handler.Enabled).Select(handler => handler.Name)];

    /// <returns>Null when it is installed now, else why it isn't.</returns>
    public string? Install(string architecture)
    {
        if (Emulator.For(architecture) is not { } emulator)
            return $"there is no emulator for \"{architecture}\" (known: {string.Join(", ", Architectures)})";
        if (NativePlatforms.Current.Any(platform => platform.Architecture == architecture))
            return null;
        if (emulator.FindInterpreter() is not { } interpreter)
            return $"qemu-{emulator.QemuName}-static is missing: apt-get install qemu-user-static";
        return Try(() =>
        {
            if (!_table.IsMounted)
                _table.Mount();
            if (!_table.List().Any(handler => handler.Matches(emulator.Header())))
                _table.Register(emulator.ToHandler(interpreter));
        });
    }

    /// <param name="name">An architecture or the name of a handler.</param>
    /// <returns>Null when it is gone now, else why it isn't.</returns>
    public string? Uninstall(string name)
    {
        var handlers = _table.List();
        var found = handlers.Where(handler => handler.Name == name || Emulator.For(name) is { } emulator && handler.Matches(emulator.Header())).ToList();
        return found.Count == 0
            ? $"the host has no handler \"{name}\" (it has: {string.Join(", ", handlers.Select(handler => handler.Name))})"
            : Try(() => found.ForEach(handler => _table.Remove(handler.Name)));
    }

    private static IEnumerable<Platform> PlatformsOf(Emulator emulator) => emulator.Architecture == "arm"
        ? NativePlatforms.ArmVariants
        : [new Platform("linux", emulator.Architecture)];

    private static string? Try(Action change)
    {
        try
        {
            change();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{e.Message} (only root may change the host's emulators)";
        }
    }
}
