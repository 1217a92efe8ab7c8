using Buildx.Oci;

namespace Buildx.Dockerfile;

/// <summary>What the commands of a stage run, as far as it tells whether the machine matters.</summary>
/// <param name="AreKnown">There is no program whose result may depend on the machine.</param>
/// <param name="Makers">The programs that make something, by how they were called.</param>
/// <param name="ModuleDirectories">Where a package manager may have put modules that are compiled for the machine.</param>
/// <param name="Target">What to change beside the platform, so that a compiler makes programs for the target; null for nothing.</param>
internal sealed record PortableCommands(bool AreKnown, IReadOnlyList<string> Makers, string? Target, IReadOnlyList<string> ModuleDirectories)
{
    private static readonly PortableCommands Unknown = new(false, [], null, []);

    /// <summary>They move, show and fetch files, or install what the stage itself needs.</summary>
    private static readonly HashSet<string> Neutral =
    [
        "cd", "mkdir", "rmdir", "cp", "mv", "rm", "ln", "touch", "chmod", "chown", "cat", "echo", "printf", "test", "[", "true", "false", ":", "set", "export", "unset", "exit", "ls", "pwd", "find", "xargs",
        "sed", "grep", "awk", "cut", "sort", "uniq", "head", "tail", "tr", "tee", "wc", "diff", "sleep", "date", "basename", "dirname", "sha256sum", "tar", "gzip", "gunzip", "unzip", "zip", "xz",
        "curl", "wget", "git", "apk", "apt-get", "apt", "dnf", "yum", "microdnf", "corepack", "if", "then", "else", "fi", "for", "do", "done", "while", "in", "!",
    ];

    /// <summary>What they make is the same on any machine.</summary>
    private static readonly Dictionary<string, string[]> Portable = new()
    {
        ["npm"] = ["run", "ci", "install", "i", "test", "run-script"],
        ["yarn"] = [],
        ["pnpm"] = [],
        ["npx"] = ["tsc", "vite", "webpack", "ng", "eslint", "prettier", "tailwindcss"],
        ["tsc"] = [],
        ["vite"] = ["build"],
        ["webpack"] = [],
        ["ng"] = ["build"],
        ["mvn"] = [],
        ["./mvnw"] = [],
        ["gradle"] = [],
        ["./gradlew"] = [],
        ["javac"] = [],
        ["jar"] = [],
        ["hugo"] = [],
        ["mkdocs"] = ["build"],
        ["sphinx-build"] = [],
        ["composer"] = [],
    };

    /// <summary>Of a compiler that is told its target, what needs no such word.</summary>
    private static readonly HashSet<string> GoWithoutTarget = ["mod", "vet", "generate", "list", "version", "env", "fmt", "test", "work"];

    public static PortableCommands Read(StageNode node)
    {
        var makers = new List<string>();
        var directories = new List<string> { node.Directory };
        var (compiles, isTold, withoutC) = (false, false, false);
        foreach (var command in node.Commands)
        {
            switch (command.Instruction)
            {
                case EnvInstruction environment:
                    withoutC |= environment.Variables.Any(variable => variable is { Key: "CGO_ENABLED", Value: "0" });
                    isTold |= environment.Variables.Any(variable => variable.Key == "GOARCH" && variable.Value.Contains("TARGETARCH", StringComparison.Ordinal));
                    break;
                case RunInstruction run:
                    if (Read(run) is not { } lines)
                        return Unknown;
                    foreach (var line in lines)
                    {
                        var (assignments, words) = (line.Assignments, line.Words);
                        // An assignment alone holds for what follows in the same RUN; taking it for more than that is no harm here.
                        withoutC |= assignments.Contains("CGO_ENABLED=0");
                        isTold |= assignments.Any(assignment => assignment.StartsWith("GOARCH=", StringComparison.Ordinal) && assignment.Contains("TARGETARCH", StringComparison.Ordinal));
                        if (words is ["export", ..])
                        {
                            withoutC |= words.Contains("CGO_ENABLED=0");
                            isTold |= words.Any(word => word.StartsWith("GOARCH=", StringComparison.Ordinal) && word.Contains("TARGETARCH", StringComparison.Ordinal));
                        }
                        if (words.Count == 0 || Neutral.Contains(words[0]))
                            continue;
                        if (words[0] == "go")
                        {
                            if (words.Count < 2)
                                continue;
                            if (words[1] is "build")
                                compiles = true;
                            else if (!GoWithoutTarget.Contains(words[1]))
                                return Unknown;
                            makers.Add($"go {words[1]}");
                        }
                        else if (IsPortable(words))
                        {
                            makers.Add(words.Count > 1 && !words[1].StartsWith('-') ? $"{words[0]} {words[1]}" : words[0]);
                        }
                        else
                        {
                            return Unknown;
                        }
                    }
                    break;
                case WorkdirInstruction workdir:
                    directories.Add(UnixPath.Join("/", directories[^1], workdir.Path));
                    directories.Add(UnixPath.Join("/", workdir.Path));
                    break;
                case TransferInstruction or ArgInstruction or LabelInstruction or UserInstruction or CmdInstruction or EntrypointInstruction or ExposeInstruction:
                    break;
                default:
                    return Unknown;
            }
        }
        // With a C compiler a program for another machine needs another compiler.
        if (compiles && !withoutC)
            return Unknown;
        return new PortableCommands(true, makers.Distinct().ToArray(), compiles && !isTold ? "behind it ARG TARGETOS TARGETARCH, and GOOS=$TARGETOS GOARCH=$TARGETARCH before go build" : null,
            makers.Any(maker => maker.Split(' ')[0] is "npm" or "yarn" or "pnpm" or "npx" or "composer") ? directories : []);
    }

    private static bool IsPortable(IReadOnlyList<string> words)
    {
        if (!Portable.TryGetValue(words[0], out var verbs))
            return false;
        var verb = words.Skip(1).FirstOrDefault(word => !word.StartsWith('-'));
        // Modules with programs inside are compiled, or fetched, for the machine that installs them.
        if (words.Contains("rebuild") || words.Contains("-g") || words.Contains("--global"))
            return false;
        return verbs.Length == 0 || (verb is not null && verbs.Contains(verb));
    }

    /// <returns>Null when there is something that is no plain list of commands.</returns>
    private static IReadOnlyList<ShellCommandList.SimpleCommand>? Read(RunInstruction run)
    {
        if (run.Command.HereDocuments.Any(document => document.Text.StartsWith("#!", StringComparison.Ordinal)) || run.Insecure || run.Devices.Count > 0)
            return null;
        if (!run.Command.UsesShell)
            return run.Command.Arguments.Count == 0 ? [] : [new ShellCommandList.SimpleCommand([], run.Command.Arguments)];
        var text = run.Command.HereDocuments.Count > 0
            ? HereDocumentMarker.TryParse(run.Command.Arguments[0]) is null ? null : string.Join('\n', run.Command.HereDocuments.Select(document => document.Text))
            : run.Command.Arguments.Count == 0 ? "" : run.Command.Arguments[0];
        return text is null ? null : ShellCommandList.Read(text);
    }
}
