using Buildx.Cli.Commands;
using Buildx.Diagnostics;

namespace Buildx.Cli.CommandLine;

/// <summary>All commands by name. A command is constructed only when it is the one that was asked for: starting up stays cheap.</summary>
internal static class CommandCatalog
{
    public static IReadOnlyList<CatalogEntry> Entries { get; } =
    [
        new("build", "Build an image from a Dockerfile", () => new BuildCommand(), "b"),
        new("bake", "Build the targets of a definition file", () => new BakeCommand(), "f"),
        new("debug build", "Build, and look into the containers of a build that failed", () => new DebugBuildCommand()),
        new("create", "Create a builder, or change one", () => new CreateCommand()),
        new("use", "Choose the builder for the next commands", () => new UseCommand()),
        new("ls", "List builders", () => new ListCommand()),
        new("inspect", "Show a builder's nodes, platforms and settings", () => new InspectCommand()),
        new("stop", "Stop a builder's engine", () => new StopCommand()),
        new("rm", "Remove builders", () => new RemoveCommand()),
        new("login", "Log in to a registry", () => new LoginCommand()),
        new("logout", "Log out of a registry", () => new LogoutCommand()),
        new("binfmt", "Show which platforms run here; install and remove emulators", () => new BinfmtCommand()),
        new("du", "Show how much disk space the build cache takes", () => new DiskUsageCommand()),
        new("prune", "Remove build cache", () => new PruneCommand()),
        new("imagetools create", "Make an image of images that are in registries", () => new ImageToolsCreateCommand()),
        new("imagetools inspect", "Show an image that is in a registry", () => new ImageToolsInspectCommand()),
        new("history ls", "List the builder's records of builds", () => new HistoryListCommand()),
        new("history inspect", "Show what was built, how it went, and what came of it", () => new HistoryInspectCommand()),
        new("history inspect attachment", "Print a document that goes with a build: a statement, a manifest", () => new HistoryAttachmentCommand()),
        new("history logs", "Show the progress of a build as it was", () => new HistoryLogsCommand()),
        new("history explain", "Say why the steps of a build ran instead of being taken from the cache", () => new HistoryExplainCommand()),
        new("history rm", "Remove records of builds", () => new HistoryRemoveCommand()),
        new("history export", "Write records of builds to a bundle that Docker Desktop imports", () => new HistoryExportCommand()),
        new("history import", "Give exported records to Docker Desktop, which shows them", () => new HistoryImportCommand()),
        new("history open", "Show a build in Docker Desktop", () => new HistoryOpenCommand()),
        new("history trace", "Show where the time of a build went, in a browser; as JSON when the output is no terminal", () => new HistoryTraceCommand()),
        new("dial-stdio", "Join standard input and output with a builder's BuildKit, for other clients", () => new DialStdioCommand()),
        new("completion", "Print a shell's script that completes command lines", () => new CompletionCommand()),
        new("version", "Show the version", () => new VersionCommand()),
        new("install", "Make \"docker builder\" another name of \"docker buildx\"", () => new DockerAliasCommand(installs: true), IsHidden: true),
        new("uninstall", "Undo what install did", () => new DockerAliasCommand(installs: false), IsHidden: true),
        new("generate", "Write the reference and the man pages", () => new GenerateCommand(), IsHidden: true),
    ];

    /// <summary>First words that several commands have, and what these are for.</summary>
    public static IReadOnlyDictionary<string, string> Groups { get; } = new Dictionary<string, string>
    {
        ["debug"] = "Build, and look into the containers of a build that failed",
        ["imagetools"] = "Make and show images that are in registries",
        ["history"] = "Show, explain, export and remove the records of builds",
    };

    /// <summary>Flags that may stand between a group's name and the command's, each with a value.</summary>
    public static IReadOnlyList<string> FlagsOf(string group) => group == "debug" ? ["--invoke", "--on"] : [];

    /// <summary>What can stand first, in the order of the commands.</summary>
    public static IEnumerable<(string Word, string Summary)> FirstWords => Shown
        .Select(entry => entry.Name.Split(' ')[0] is var first && Groups.TryGetValue(first, out var summary) ? (first, summary) : (entry.Name, entry.Summary))
        .Distinct();

    public static IEnumerable<CatalogEntry> InGroup(string group) => Shown.Where(entry => entry.Name.StartsWith(group + " ", StringComparison.Ordinal));

    /// <summary>Those that people see.</summary>
    public static IEnumerable<CatalogEntry> Shown => Entries.Where(entry => !entry.IsHidden);

    // Of Docker Buildx: named so that the error can say what they are, and what there is instead.
    private static readonly Dictionary<string, string> Missing = new()
    {
        ["dap"] = "the Debug Adapter Protocol, by which editors debug builds, is not supported yet; \"debug build\" looks into a build from a terminal",
        ["policy"] = "policies on what builds take from outside (Rego) are not supported yet; \"@sha256:DIGEST\" behind an image's name and \"ADD --checksum\" pin single sources",
    };

    public static CatalogEntry? Find(string name)
    {
        foreach (var entry in Entries)
        {
            if (entry.Name == name || entry.Alias == name)
                return entry;
        }
        return null;
    }

    public static CliException Unknown(string name, string commandName)
    {
        if (Missing.TryGetValue(name.Split(' ')[0], out var reason))
            return new CliException($"\"{name}\": {reason}");
        var hint = Suggestion.FindTyped(name, [.. FirstWords.Select(first => first.Word)]) is { } near ? $"; did you mean \"{near}\"?" : "";
        return new CliException($"unknown command \"{name}\"{hint}\nSee '{commandName} --help'.");
    }
}
