using System.Collections.Immutable;
using Buildx.Engine.Execution.Bootstrap;
using Buildx.Linux;
using Buildx.Linux.Namespaces;
using Buildx.Oci;

namespace Buildx.Engine.Execution.Emulating;

/// <summary>Which platforms run here: by themselves, by the host's handlers, or by handlers of the engine's own.</summary>
internal sealed class Emulation : IEmulation, IDisposable
{
    private const string Package = "qemu-user-static";

    private readonly Dictionary<string, EmulationKind> _kinds = [];
    private readonly Lazy<Task<HandlerNamespace>> _namespace;

    public Emulation(ExecutionOptions options)
    {
        _namespace = new(() => Task.Run(() =>
        {
            var file = Path.Combine(Path.GetFullPath(options.WorkDirectory), "user-namespace");
            return HandlerNamespace.Make(options.Child, file);
        }));
        var native = NativePlatforms.Current;
        foreach (var platform in native)
            _kinds[platform.Architecture] = EmulationKind.Native;
        var handlers = new BinfmtMisc().List();
        // In a user namespace of its own with its own binfmt_misc the engine needs no other.
        var here = UserNamespace.IsInitial || !EngineNamespaces.ArePrivate || KernelVersion.Current < PrivateHandlers.NeededKernel
            ? EmulationKind.HostHandler
            : EmulationKind.PrivateHandler;
        foreach (var emulator in Emulator.All)
        {
            if (_kinds.ContainsKey(emulator.Architecture))
                continue;
            // Without F the interpreter would be looked up inside the container.
            if (handlers.Any(handler => handler.Flags.Contains('F', StringComparison.Ordinal) && handler.Matches(emulator.Header())))
                _kinds[emulator.Architecture] = here;
            else if (UserNamespace.IsInitial && WhyNotPrivate() is null && emulator.FindInterpreter() is not null)
                _kinds[emulator.Architecture] = EmulationKind.PrivateHandler;
        }
        SupportedPlatforms = List(native);
    }

    public ImmutableArray<Platform> SupportedPlatforms { get; }

    public EmulationKind GetKind(Platform platform)
    {
        var normal = platform.Normalize();
        // A newer variant than the processor's own is tried: only the program itself knows what it needs.
        return normal.Os == "linux" && _kinds.TryGetValue(normal.Architecture, out var kind) ? kind : EmulationKind.Unsupported;
    }

    public string DescribeRemedy(Platform platform)
    {
        var normal = platform.Normalize();
        if (normal.Os != "linux")
            return $"{platform} can't be run on Linux: steps for it need a builder of that operating system";
        if (Emulator.For(normal.Architecture) is not { } emulator)
            return $"there is no emulator for {platform}: steps for it need a builder of that architecture";
        if (emulator.FindInterpreter() is null)
            return $"{platform} needs the emulator qemu-{emulator.QemuName}-static, which isn't installed: apt-get install {Package}";
        var reason = WhyNotPrivate() ?? "it could not be registered";
        return $"{platform} can't be emulated without changing this machine ({reason}): register the emulator as root with: buildx binfmt --install {normal.Architecture}";
    }

    /// <summary>Makes sure that a platform's programs run.</summary>
    /// <returns>The user namespace in which they do, or null when it is the engine's own.</returns>
    /// <exception cref="ExecutionException">They don't; the message holds the remedy.</exception>
    public async ValueTask<string?> PrepareAsync(Platform platform, CancellationToken cancellationToken)
    {
        switch (GetKind(platform))
        {
            case EmulationKind.Unsupported:
                throw new ExecutionException(DescribeRemedy(platform));
            case EmulationKind.PrivateHandler when UserNamespace.IsInitial:
                break;
            default:
                return null;
        }
        return (await _namespace.Value.WaitAsync(cancellationToken)).File;
    }

    public void Dispose()
    {
        if (_namespace is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            _namespace.Value.Result.Dispose();
    }

    private ImmutableArray<Platform> List(ImmutableArray<Platform> native)
    {
        var platforms = native.ToBuilder();
        foreach (var emulator in Emulator.All)
        {
            if (!_kinds.TryGetValue(emulator.Architecture, out var kind) || kind == EmulationKind.Native)
                continue;
            if (emulator.Architecture == "arm")
                platforms.AddRange(NativePlatforms.ArmVariants);
            else
                platforms.Add(new Platform("linux", emulator.Architecture));
        }
        return platforms.ToImmutable();
    }

    private static string? WhyNotPrivate()
    {
        if (KernelVersion.Current < PrivateHandlers.NeededKernel)
            return $"Linux {PrivateHandlers.NeededKernel} or newer is needed for that, this is {KernelVersion.Current}";
        if (!EngineNamespaces.ArePrivate)
            return "the engine has no mount namespace of its own";
        const string limit = "/proc/sys/user/max_user_namespaces";
        return !File.Exists(limit) || File.ReadAllText(limit).Trim() == "0" ? $"user namespaces are switched off ({limit})" : null;
    }
}
