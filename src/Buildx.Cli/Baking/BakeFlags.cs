using System.CommandLine;
using System.Globalization;
using Buildx.Bake.Entitlements;
using Buildx.Bake.Entries;
using Buildx.Cli.Building;
using Buildx.Cli.CommandLine;
using Buildx.Cli.Values;

namespace Buildx.Cli.Baking;

/// <summary>The flags of <c>bake</c>, and how they become a <see cref="BakeRequest"/>.</summary>
internal sealed class BakeFlags
{
    private readonly Option<string[]> _files = Flag.List("--file", "Definition: HCL, JSON or Compose; - reads standard input, cwd://FILE is always of this machine", "FILE", "-f");
    private readonly Option<string[]> _overrides = Flag.List("--set", "Change targets: PATTERN.KEY=VALUE, PATTERN.KEY.NAME=VALUE, PATTERN.KEY+=VALUE", "CHANGE");
    private readonly Option<string[]> _variables = Flag.List("--var", "Value of a variable", "NAME=VALUE");
    private readonly Option<bool> _print = Flag.Switch("--print", "Print the targets as JSON instead of building them");
    private readonly Option<string?> _list = Flag.Text("--list", "List what the definition has: targets or variables; type=TYPE,format=json for programs", "LIST");
    private readonly Option<string?> _call = Flag.Text("--call", "What to do with the targets: build, check, outline, targets; with ,format=json for programs", "METHOD");
    private readonly Option<bool> _check = Flag.Switch("--check", "Check the Dockerfiles without building; the same as --call=check");
    private readonly Option<string[]> _allow = Flag.List("--allow", "Allow targets what they may not do by default: fs=PATH, fs.read=PATH, fs.write=PATH, ssh, network.host, security.insecure, device[=NAME]", "ENTITLEMENT");
    private readonly Option<bool> _load = Flag.Switch("--load", "Load the images into the Docker Engine");
    private readonly Option<bool> _push = Flag.Switch("--push", "Push the images to their registries");
    private readonly Option<bool> _noCache = Flag.Switch("--no-cache", "Run every step again");
    private readonly Option<bool> _pull = Flag.Switch("--pull", "Always ask the registry for base images");
    private readonly Option<string?> _provenance = Flag.Text("--provenance", "Provenance of all targets; the same as --set=*.attest=type=provenance,VALUE", "VALUE");
    private readonly Option<string?> _sbom = Flag.Text("--sbom", "SBOM of all targets; the same as --set=*.attest=type=sbom,VALUE", "VALUE");
    private readonly Option<string?> _metadataFile = Flag.Text("--metadata-file", "Write what is known about the results to this file, as JSON, by target", "FILE");
    private readonly Option<string?> _progress = Flag.Text("--progress", $"How progress is shown: {string.Join(", ", BuildProgress.Modes)}", "MODE");
    private readonly Option<string?> _parallelism = Flag.Text("--max-parallelism", "How many targets are built at once (default: all that can be)", "N");
    private readonly Option<bool> _keepGoing = Flag.Switch("--keep-going", "When a target fails, build those that don't depend on it all the same");
    private readonly Option<bool> _listTargets = Flag.Hide(Flag.Switch("--list-targets", "The old name of --list=targets"));
    private readonly Option<bool> _listVariables = Flag.Hide(Flag.Switch("--list-variables", "The old name of --list=variables"));

    public IEnumerable<Option> All =>
    [
        _files, _overrides, _variables, _print, _list, _call, _check, _allow, _load, _push, _noCache, _pull, _provenance, _sbom, _metadataFile, _progress,
        _parallelism, _keepGoing, _listTargets, _listVariables,
    ];

    /// <exception cref="CliException">A value is wrong.</exception>
    public BakeRequest Read(CommandInvocation invocation)
    {
        var (remote, commandContext, targets) = SplitArguments(invocation.Arguments);
        var request = new BakeRequest
        {
            Files = ReadFiles(invocation),
            RemoteDefinition = remote,
            CommandContext = commandContext,
            Targets = targets,
            Overrides = ReadOverrides(invocation),
            Variables = ReadVariables(invocation),
            Allowed = Permissions.Parse(invocation.Get(_allow)),
            Print = invocation.Get(_print),
            List = ReadList(invocation),
            Call = ReadCall(invocation),
            Progress = BuildProgress.ReadMode(invocation.Get(_progress), isOpen: true),
            MetadataFile = invocation.Get(_metadataFile),
            MaximumParallelism = ReadParallelism(invocation),
            KeepGoing = invocation.Get(_keepGoing),
        };
        return request is { Print: true, List: not null } ? throw new CliException("--print and --list can't be used together") : request;
    }

    /// <summary>A URL in front is where the definition comes from, a second one what it builds.</summary>
    private static (string? Remote, string CommandContext, IReadOnlyList<string> Targets) SplitArguments(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0 || !RemoteContext.IsRemote(arguments[0]))
            return (null, "cwd://", arguments);
        return arguments.Count > 1 && RemoteContext.IsRemote(arguments[1]) ? (arguments[0], arguments[1], [.. arguments.Skip(2)]) : (arguments[0], "cwd://", [.. arguments.Skip(1)]);
    }

    private IReadOnlyList<string> ReadFiles(CommandInvocation invocation)
    {
        if (invocation.Get(_files) is { Count: > 0 } files)
            return files;
        if (Environment.GetEnvironmentVariable("BUILDX_BAKE_FILE") is not { } variable)
            return [];
        var separator = Environment.GetEnvironmentVariable("BUILDX_BAKE_PATH_SEPARATOR") is { Length: > 0 } set ? set : ":";
        return variable.Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private List<string> ReadOverrides(CommandInvocation invocation)
    {
        var overrides = invocation.Get(_overrides).ToList();
        if (invocation.Get(_push))
            overrides.Add("*.push=true");
        if (invocation.Get(_load))
            overrides.Add("*.load=true");
        if (ReadCall(invocation) is { } call)
            overrides.Add($"*.call={call.Method}");
        if (invocation.IsGiven(_noCache))
            overrides.Add($"*.no-cache={(invocation.Get(_noCache) ? "true" : "false")}");
        if (invocation.IsGiven(_pull))
            overrides.Add($"*.pull={(invocation.Get(_pull) ? "true" : "false")}");
        foreach (var (type, option) in new[] { ("sbom", _sbom), ("provenance", _provenance) })
        {
            if (invocation.Get(option) is { Length: > 0 } value)
                overrides.Add($"*.attest={AttestationEntry.Canonicalize(type, value)}");
        }
        return overrides;
    }

    private Dictionary<string, string> ReadVariables(CommandInvocation invocation)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in invocation.Get(_variables).Where(text => text.Length > 0))
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                throw new CliException($"--var: \"{text}\" is not of the form NAME=VALUE");
            variables[text[..equals]] = text[(equals + 1)..];
        }
        return variables;
    }

    private BakeList? ReadList(CommandInvocation invocation) =>
        invocation.Get(_list) is { Length: > 0 } list ? BakeList.Parse(list)
        : invocation.Get(_listTargets) ? new BakeList(false, false)
        : invocation.Get(_listVariables) ? new BakeList(true, false)
        : null;

    private FrontendCall? ReadCall(CommandInvocation invocation) =>
        invocation.Get(_call) is { Length: > 0 } call ? FrontendCall.Parse("--call", call)
        : invocation.Get(_check) ? new FrontendCall(FrontendCall.Lint, AsJson: false, IgnoreStatus: false)
        : null;

    private int? ReadParallelism(CommandInvocation invocation) => invocation.Get(_parallelism) switch
    {
        null or "" => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 => number,
        var text => throw new CliException($"--max-parallelism: \"{text}\" is not a number of targets (want 1 or more)"),
    };
}
