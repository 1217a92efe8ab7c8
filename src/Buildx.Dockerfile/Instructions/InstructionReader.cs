using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Buildx.Oci;

namespace Buildx.Dockerfile;

/// <summary>Turns what is written into what is meant.</summary>
internal static partial class InstructionReader
{
    public static readonly string[] Keywords =
    [
        "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL",
        "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
    ];

    // A trailing * allows several, a trailing ? makes it yes or no.
    private static readonly string[] NoFlags = [];
    private static readonly string[] FromFlags = ["platform"];
    private static readonly string[] RunFlags = ["mount*", "network", "security", "device*"];
    private static readonly string[] CopyFlags = ["chown", "from", "chmod", "link?", "exclude*", "parents?"];
    private static readonly string[] AddFlags = ["chown", "chmod", "link?", "keep-git-dir?", "checksum", "unpack?", "exclude*"];
    private static readonly string[] HealthCheckFlags = ["interval", "timeout", "start-period", "start-interval", "retries"];

    /// <exception cref="InstructionException"/>
    public static Instruction Read(InstructionSyntax syntax) => syntax.Keyword.Text.ToUpperInvariant() switch
    {
        "ADD" => ReadAdd(syntax),
        "ARG" => ReadArg(syntax),
        "CMD" => Complete(syntax, new CmdInstruction(ReadCommand(syntax)), NoFlags),
        "COPY" => ReadCopy(syntax),
        "ENTRYPOINT" => Complete(syntax, new EntrypointInstruction(ReadCommand(syntax)), NoFlags),
        "ENV" => Complete(syntax, new EnvInstruction(ReadPairs(syntax)), NoFlags),
        "EXPOSE" => Complete(syntax, new ExposeInstruction([.. AtLeastOne(syntax).Order(StringComparer.Ordinal)]), NoFlags),
        "FROM" => ReadFrom(syntax),
        "HEALTHCHECK" => ReadHealthCheck(syntax),
        "LABEL" => Complete(syntax, new LabelInstruction(ReadPairs(syntax)), NoFlags),
        "MAINTAINER" => Complete(syntax, new MaintainerInstruction(ExactlyOne(syntax)), NoFlags),
        "ONBUILD" => ReadOnBuild(syntax),
        "RUN" => ReadRun(syntax),
        "SHELL" => ReadShell(syntax),
        "STOPSIGNAL" => Complete(syntax, new StopSignalInstruction(ExactlyOne(syntax))),
        "USER" => Complete(syntax, new UserInstruction(ExactlyOne(syntax)), NoFlags),
        "VOLUME" => ReadVolume(syntax),
        "WORKDIR" => Complete(syntax, new WorkdirInstruction(ExactlyOne(syntax)), NoFlags),
        _ => throw new InstructionException(
            $"unknown instruction \"{syntax.Keyword.Text}\"{Suggestion.Phrase(syntax.Keyword.Text, Keywords, ignoreCase: true)}", syntax.Keyword.Range),
    };

    private static T Complete<T>(InstructionSyntax syntax, T instruction, string[]? knownFlags = null) where T : Instruction
    {
        if (knownFlags is not null)
            _ = new InstructionFlags(syntax, knownFlags);
        instruction.SetSyntax(syntax, Texts(syntax.Comments));
        return instruction;
    }

    private static string ExactlyOne(InstructionSyntax syntax) => syntax.Arguments is [var one]
        ? one.Text
        : throw new InstructionException($"{Name(syntax)} needs exactly one argument");

    private static string[] AtLeastOne(InstructionSyntax syntax) => syntax.Arguments.Count > 0
        ? syntax.Arguments.Select(word => word.Text).ToArray()
        : throw new InstructionException($"{Name(syntax)} needs at least one argument");

    private static string Name(InstructionSyntax syntax) => syntax.Keyword.Text.ToUpperInvariant();

    private static string[] Texts(IReadOnlyList<SyntaxWord> words)
    {
        if (words.Count == 0)
            return [];
        var texts = new string[words.Count];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = words[i].Text;
        return texts;
    }

    private static KeyValue[] ReadPairs(InstructionSyntax syntax)
    {
        if (syntax.Pairs.Count == 0)
            throw new InstructionException($"{Name(syntax)} needs at least one name=value");
        foreach (var pair in syntax.Pairs)
        {
            if (pair.Name.Text.Length == 0)
                throw new InstructionException($"a name of {Name(syntax)} must not be empty", pair.Range);
        }
        return syntax.Pairs.Select(pair => new KeyValue(pair.Name.Text, pair.Value.Text, pair.Legacy)).ToArray();
    }

    private static ShellCommand ReadCommand(InstructionSyntax syntax) =>
        new(Texts(syntax.Arguments), !syntax.IsJson, syntax.HereDocuments);

    private static FromInstruction ReadFrom(InstructionSyntax syntax)
    {
        var arguments = syntax.Arguments;
        string? stage = null;
        if (arguments.Count == 3 && arguments[1].Text.Equals("as", StringComparison.OrdinalIgnoreCase))
        {
            stage = arguments[2].Text.ToLowerInvariant();
            if (!StageNamePattern().IsMatch(stage))
                throw new InstructionException($"\"{arguments[2].Text}\" cannot name a stage: it must begin with a letter, with letters, digits, \"-\", \"_\" and \".\" behind it", arguments[2].Range);
        }
        else if (arguments.Count != 1)
        {
            throw new InstructionException("FROM takes an image, or an image and a name: FROM image [AS name]");
        }
        var flags = new InstructionFlags(syntax, FromFlags);
        return Complete(syntax, new FromInstruction(
            arguments[0].Text, stage, stage is null ? null : arguments[2].Text, stage is null ? null : arguments[1].Text, flags.Text("platform"))
       );
    }

    private static RunInstruction ReadRun(InstructionSyntax syntax)
    {
        var flags = new InstructionFlags(syntax, RunFlags);
        var mounts = Texts(flags.All("mount"));
        var sources = Read(flags.All("mount"), RunMount.FindSource);
        var network = flags.Text("network", "default") switch
        {
            "default" => RunNetwork.Default,
            "none" => RunNetwork.None,
            "host" => RunNetwork.Host,
            var other => throw new InstructionException($"unknown network mode \"{other}\"; there are default, none and host", flags.Word("network")?.Range),
        };
        var insecure = flags.Text("security", "sandbox") switch
        {
            "sandbox" => false,
            "insecure" => true,
            var other => throw new InstructionException($"unknown security mode \"{other}\"; there are sandbox and insecure", flags.Word("security")?.Range),
        };
        var devices = Read(flags.All("device"), ReadDevice);
        return Complete(syntax, new RunInstruction(ReadCommand(syntax), mounts, network, insecure, devices)
        {
            MountSources = sources,
        });
    }

    private static T[] Read<T>(IReadOnlyList<SyntaxWord> words, Func<string, T> read)
    {
        if (words.Count == 0)
            return [];
        var results = new T[words.Count];
        for (var i = 0; i < results.Length; i++)
        {
            try
            {
                results[i] = read(words[i].Text);
            }
            catch (InstructionException e) when (e.Range is null)
            {
                throw new InstructionException(e.Message, words[i].Range);
            }
        }
        return results;
    }

    private static RunDevice ReadDevice(string text)
    {
        var name = "";
        var required = false;
        foreach (var field in CommaSeparated.Split(text))
        {
            var equals = field.IndexOf('=');
            var key = (equals < 0 ? field : field[..equals]).ToLowerInvariant();
            if (key == "required")
                required = equals < 0 || (BooleanText.TryParse(field[(equals + 1)..], out var value) ? value : throw new InstructionException($"{field} must be true or false"));
            else if (key == "name" && equals > 0)
                name = name.Length == 0 ? field[(equals + 1)..] : throw new InstructionException($"--device has a name already: {name}");
            else if (name.Length == 0)
                name = field;
            else
                throw new InstructionException($"unknown key \"{key}\" of --device; there are name and required");
        }
        return name.Length > 0 ? new RunDevice(name, required) : throw new InstructionException("--device needs a name");
    }

    private static void RequireDestination(InstructionSyntax syntax)
    {
        if (syntax.Arguments.Count < 2)
            throw new InstructionException($"{Name(syntax)} needs at least two arguments, a source and a destination");
        if (HereDocumentMarker.TryParse(syntax.Arguments[^1].Text) is not null)
            throw new InstructionException($"the destination of {Name(syntax)} cannot be a here-document", syntax.Arguments[^1].Range);
    }

    private static (IReadOnlyList<string> Sources, IReadOnlyList<HereDocument> Documents, string Destination) ReadTransfer(InstructionSyntax syntax)
    {
        RequireDestination(syntax);
        var sources = new List<string>(syntax.Arguments.Count - 1);
        List<HereDocument>? documents = null;
        for (var i = 0; i < syntax.Arguments.Count - 1; i++)
        {
            var word = syntax.Arguments[i];
            if (HereDocumentMarker.TryParse(word.Text) is { } marker)
                (documents ??= []).Add(Document(syntax, marker, word));
            else
                sources.Add(word.Text);
        }
        return (sources, documents ?? (IReadOnlyList<HereDocument>)[], syntax.Arguments[^1].Text);
    }

    /// <summary>Of several with one name the last is taken, as for every other name.</summary>
    private static HereDocument Document(InstructionSyntax syntax, HereDocumentMarker marker, SyntaxWord word) =>
        syntax.HereDocuments.LastOrDefault(document => document.Name == marker.Name)
        ?? new HereDocument(marker.Name, marker.Expand, marker.StripTabs, "", word.Range);

    private static CopyInstruction ReadCopy(InstructionSyntax syntax)
    {
        RequireDestination(syntax);
        var flags = new InstructionFlags(syntax, CopyFlags);
        var (sources, documents, destination) = ReadTransfer(syntax);
        return Complete(syntax, new CopyInstruction(
            sources, documents, destination, flags.Text("from") is { Length: > 0 } from ? from : null, flags.Boolean("parents") ?? false)
        {
            Owner = flags.Text("chown"),
            Mode = flags.Text("chmod"),
            Link = flags.Boolean("link") ?? false,
            Excludes = Texts(flags.All("exclude")),
        });
    }

    private static AddInstruction ReadAdd(InstructionSyntax syntax)
    {
        RequireDestination(syntax);
        var flags = new InstructionFlags(syntax, AddFlags);
        var (sources, documents, destination) = ReadTransfer(syntax);
        return Complete(syntax, new AddInstruction(sources, documents, destination, flags.Boolean("keep-git-dir"), flags.Text("checksum"), flags.Boolean("unpack"))
        {
            Owner = flags.Text("chown"),
            Mode = flags.Text("chmod"),
            Link = flags.Boolean("link") ?? false,
            Excludes = Texts(flags.All("exclude")),
        });
    }

    private static ArgInstruction ReadArg(InstructionSyntax syntax)
    {
        if (syntax.Arguments.Count == 0)
            throw new InstructionException("ARG needs at least one name");
        var arguments = new List<ArgumentDefinition>();
        foreach (var word in syntax.Arguments)
        {
            var equals = word.Text.IndexOf('=');
            var name = equals < 0 ? word.Text : word.Text[..equals];
            if (name.Length == 0)
                throw new InstructionException("a name of ARG must not be empty", word.Range);
            arguments.Add(new ArgumentDefinition(name, equals < 0 ? null : word.Text[(equals + 1)..], Description(Texts(syntax.Comments), name)));
        }
        return Complete(syntax, new ArgInstruction(arguments));
    }

    /// <summary>What a comment <c># NAME description</c> says of a name.</summary>
    public static string? Description(IReadOnlyList<string> comments, string name) =>
        comments.FirstOrDefault(comment => comment.StartsWith(name + " ", StringComparison.Ordinal))?[(name.Length + 1)..];

    private static VolumeInstruction ReadVolume(InstructionSyntax syntax)
    {
        var volumes = AtLeastOne(syntax).Select(volume => volume.Trim()).ToArray();
        if (volumes.Any(volume => volume.Length == 0))
            throw new InstructionException("a VOLUME must not be empty");
        return Complete(syntax, new VolumeInstruction(volumes), NoFlags);
    }

    private static ShellInstruction ReadShell(InstructionSyntax syntax)
    {
        _ = new InstructionFlags(syntax, NoFlags);
        var arguments = AtLeastOne(syntax);
        if (!syntax.IsJson)
            throw new InstructionException($"SHELL takes a JSON list, e.g. SHELL [\"/bin/bash\", \"-c\"]; found {arguments[0]}", syntax.Arguments[0].Range);
        return Complete(syntax, new ShellInstruction(arguments));
    }

    private static HealthCheckInstruction ReadHealthCheck(InstructionSyntax syntax)
    {
        if (syntax.Arguments.Count == 0)
            throw new InstructionException("HEALTHCHECK needs CMD and a command, or NONE");
        var type = syntax.Arguments[0].Text.ToUpperInvariant();
        var command = syntax.Arguments.Skip(1).Select(word => word.Text).ToArray();
        Healthcheck check;
        if (type == "NONE")
        {
            if (command.Length > 0)
                throw new InstructionException("HEALTHCHECK NONE takes no arguments");
            check = new Healthcheck { Test = ["NONE"] };
        }
        else
        {
            var flags = new InstructionFlags(syntax, HealthCheckFlags);
            if (type != "CMD")
                throw new InstructionException($"unknown type \"{syntax.Arguments[0].Text}\" of HEALTHCHECK; write HEALTHCHECK CMD command, or HEALTHCHECK NONE", syntax.Arguments[0].Range);
            if (command.Length == 0)
                throw new InstructionException("HEALTHCHECK CMD needs a command");
            check = new Healthcheck
            {
                Test = [syntax.IsJson ? "CMD" : "CMD-SHELL", .. command],
                Interval = Duration(flags, "interval"),
                Timeout = Duration(flags, "timeout"),
                StartPeriod = Duration(flags, "start-period"),
                StartInterval = Duration(flags, "start-interval"),
                Retries = Retries(flags),
            };
        }
        return Complete(syntax, new HealthCheckInstruction(check));
    }

    private static long Duration(InstructionFlags flags, string name)
    {
        if (flags.Word(name) is not { Text.Length: > 0 } word)
            return 0;
        if (!GoDuration.TryParse(word.Text, out var nanoseconds))
            throw new InstructionException($"--{name}={word.Text} is no duration (want e.g. 30s or 1m30s)", word.Range);
        return nanoseconds is 0 or >= 1_000_000
            ? nanoseconds
            : throw new InstructionException($"--{name}={word.Text} is too short: the least is 1ms", word.Range);
    }

    private static int Retries(InstructionFlags flags)
    {
        if (flags.Word("retries") is not { Text.Length: > 0 } word)
            return 0;
        return int.TryParse(word.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var retries) && retries >= 0
            ? retries
            : throw new InstructionException($"--retries={word.Text} must be a number of 0 or more", word.Range);
    }

    private static OnBuildInstruction ReadOnBuild(InstructionSyntax syntax)
    {
        if (syntax.Inner is not { Keyword.Text.Length: > 0 } inner)
            throw new InstructionException("ONBUILD needs an instruction");
        _ = new InstructionFlags(syntax, NoFlags);
        var keyword = inner.Keyword.Text.ToUpperInvariant();
        if (keyword is "ONBUILD" or "FROM" or "MAINTAINER")
            throw new InstructionException($"{keyword} is not allowed behind ONBUILD", inner.Keyword.Range);
        var trigger = new StringBuilder(OnBuildPattern().Replace(syntax.Text, ""));
        foreach (var document in syntax.HereDocuments)
            trigger.Append('\n').Append(document.Content).Append(document.Name);
        return Complete(syntax, new OnBuildInstruction(trigger.ToString()));
    }

    [GeneratedRegex(@"\A[a-z][a-z0-9-_.]*\z")]
    private static partial Regex StageNamePattern();

    [GeneratedRegex(@"\A\s*ONBUILD\s*", RegexOptions.IgnoreCase)]
    private static partial Regex OnBuildPattern();
}
