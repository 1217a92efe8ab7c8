using Buildx.Oci;

namespace Buildx.Dockerfile;

/// <summary>
/// Finds stages whose commands are emulated without need. A stage is one if
/// <list type="number">
/// <item>its commands run for a platform that is not the builder's, because its base image follows the target platform;</item>
/// <item>the result is not built on it: others only take files from it, and none of the places where machine code usually lies;</item>
/// <item>every program that it runs is known to make the same on any machine, or to be told what to make it for
/// (<see cref="PortableCommands"/>), and one of them makes something;</item>
/// <item>the files that it takes from other stages come from such stages, or from those that run on the builder's platform.</item>
/// </list>
/// Whatever is not known is taken for a reason to be silent.
/// </summary>
internal sealed class EmulationHints(ConversionContext context)
{
    private static readonly HashSet<string> MachineDirectories =
    [
        "/", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/opt", "/usr", "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/libexec", "/usr/local", "/usr/local/lib",
        "/etc", "/var", "/root", "/home",
    ];

    private static readonly string[] MachineSegments = ["node_modules", "site-packages", "dist-packages", "venv", ".venv", "vendor/bundle"];

    private readonly Dictionary<StageNode, PortableCommands> _commands = [];

    public void Report(StageNode target, HashSet<StageNode> needed)
    {
        if (context.Options.TargetPlatform is null || RunsNatively(context.TargetPlatform))
            return;
        // Stages that build on one another share its platform.
        var families = needed.Where(node => node.Stage is not null).GroupBy(Root)
            .Where(family => family.Key.Stage is { From.Platform.Length: 0 } or { From.Platform: "$TARGETPLATFORM" or "${TARGETPLATFORM}" })
            .Where(family => family.Key.Context is null && family.Key.BaseName != "scratch" && family.Key.Platform is { } platform && !RunsNatively(platform))
            .ToDictionary(family => family.Key, family => family.OrderBy(node => node.Index).ToArray());
        families.Remove(Root(target));
        foreach (var root in families.Where(family => !family.Value.All(IsPortable)).Select(family => family.Key).ToArray())
            families.Remove(root);
        // One that falls out may take others along.
        while (families.FirstOrDefault(family => !TakesPortableFiles(family.Value, families) || !GivesPortableFiles(family.Value, families, needed)).Key is { } unfit)
            families.Remove(unfit);
        foreach (var (root, nodes) in families.OrderBy(family => family.Key.Index))
            Report(root, nodes);
    }

    private void Report(StageNode root, StageNode[] nodes)
    {
        var makers = nodes.SelectMany(node => _commands[node].Makers).Distinct().ToArray();
        if (makers.Length == 0)
            return;
        var from = root.Stage!.From;
        var change = $"FROM --platform=$BUILDPLATFORM {from.Base}{(from.WrittenStageName is null ? "" : $" {from.AsKeyword} {from.WrittenStageName}")}";
        var steps = nodes.SelectMany(node => node.Commands).Count(command => command.Instruction is RunInstruction);
        var then = nodes.Select(node => _commands[node].Target).FirstOrDefault(target => target is not null) is { } hint ? $", and {hint}" : "";
        context.Linter.For(from.Comments).Report(
            LintRules.EmulatedRun, from.Range,
            $"the {(steps == 1 ? "RUN of this stage is" : $"{steps} RUN of this stage are")} emulated, but {string.Join(", ", makers)} can work on the build platform; write {change}{then}");
    }

    private static StageNode Root(StageNode node)
    {
        while (node.Base is { } parent)
            node = parent;
        return node;
    }

    private bool IsPortable(StageNode node)
    {
        var commands = PortableCommands.Read(node);
        _commands[node] = commands;
        return commands.AreKnown && !node.Commands.Any(command => command.IsTrigger);
    }

    private bool TakesPortableFiles(StageNode[] nodes, Dictionary<StageNode, StageNode[]> families) => nodes
        .SelectMany(node => node.Commands)
        .SelectMany(command => command.Sources)
        .OfType<StageNode>()
        .All(source => source is { Stage: null, BaseName: "scratch" } || families.ContainsKey(Root(source)) || (source.Platform is { } platform && RunsNatively(platform)) || HasOnlyFiles(source));

    /// <summary>Files of the context, and nothing that a program made.</summary>
    private static bool HasOnlyFiles(StageNode node) =>
        Root(node).BaseName == "scratch" && node.Stage is not null && node.Commands.All(command => command.Instruction is not RunInstruction && command.Sources.All(source => source is null));

    private bool GivesPortableFiles(StageNode[] nodes, Dictionary<StageNode, StageNode[]> families, HashSet<StageNode> needed)
    {
        foreach (var reader in needed)
        {
            if (families.ContainsKey(Root(reader)))
                continue;
            foreach (var command in reader.Commands)
            {
                if (!command.Sources.Any(source => source is not null && nodes.Contains(source)))
                    continue;
                // A mount shows a stage whole.
                if (command.Instruction is not CopyInstruction copy || copy.Sources.Any(path => HasMachineCode(path) || HasModules(path, nodes)))
                    return false;
            }
        }
        return true;
    }

    /// <summary>The directory where modules were installed, or one above it.</summary>
    private bool HasModules(string path, StageNode[] nodes)
    {
        var prefix = "/" + path.Trim('/') + "/";
        return nodes.SelectMany(node => _commands[node].ModuleDirectories).Any(directory => $"{directory.TrimEnd('/')}/".StartsWith(prefix, StringComparison.Ordinal));
    }

    private static bool HasMachineCode(string path)
    {
        var clean = "/" + path.Trim('/');
        return MachineDirectories.Contains(clean) || path.Contains('$') || MachineSegments.Any(segment => $"{clean}/".Contains($"/{segment}/", StringComparison.Ordinal));
    }

    /// <summary>A processor of 64 bits runs its own older programs of 32 bits.</summary>
    private bool RunsNatively(Platform platform) => context.Options.BuildPlatforms is [var native, ..]
        && platform.Os == native.Os
        && (platform.Architecture == native.Architecture || (native.Architecture, platform.Architecture) is ("amd64", "386") or ("arm64", "arm"));
}
