using System.Globalization;
using System.Text;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Pb;

namespace Buildx.Dockerfile;

internal sealed partial class StageConverter
{
    private static readonly WordExpander DocumentExpander = new('\\') { IgnoreQuotes = true };

    private void Copy(CopyInstruction instruction, StageCommand command)
    {
        var source = command.Sources is [{ } stage] ? stage : null;
        if (source is { Converted: false })
            throw new InstructionException($"cannot copy from stage \"{instruction.From}\": it stands after this one; move it up", instruction.Syntax?.RangeOfFlag("from"));
        Transfer(instruction, command, source?.Output ?? buildContext, fromContext: source is null);
        foreach (var path in instruction.Sources)
            (source is null ? node.ContextPaths : source.Paths).Add(UnixPath.Join("/", path));
    }

    private void Add(AddInstruction instruction, StageCommand command)
    {
        Transfer(instruction, command, buildContext, fromContext: true);
        foreach (var path in instruction.Sources)
        {
            if (!RemoteFile.IsUrl(path))
                node.ContextPaths.Add(UnixPath.Join("/", path));
        }
    }

    private void Transfer(TransferInstruction instruction, StageCommand command, PendingOutput files, bool fromContext)
    {
        var add = instruction as AddInstruction;
        var destination = Destination(instruction.Destination);
        var mode = instruction.Mode.Length > 0 ? ParseMode(instruction) : null;
        var basic = new CopyOptions
        {
            Mode = mode,
            SymbolicMode = instruction.Mode.Length > 0 && mode is null ? instruction.Mode : null,
            Owner = instruction.Owner.Length > 0 ? FileOwner.Parse(instruction.Owner) : null,
            ExcludePatterns = instruction.Excludes,
            CreateDestination = true,
        };
        if (add is { Checksum.Length: > 0 })
            CheckChecksum(add);

        var text = StepName.Text(instruction.Text, context.Expander, node.Environment);
        var name = Name(text, command);
        var history = _text.Clear().Append(add is null ? "COPY" : "ADD");
        if (instruction is CopyInstruction { Parents: true })
            history.Append(" --parents");
        if (instruction.Owner.Length > 0)
            history.Append(" --chown=").Append(instruction.Owner);
        if (instruction.Mode.Length > 0)
            history.Append(" --chmod=").Append(instruction.Mode);

        var actions = new List<Action<LlbFile>>();
        foreach (var source in instruction.Sources)
        {
            history.Append(' ').Append(source);
            if (GitReference.TryParse(source, out var git) && !git.LooksLocal)
                actions.Add(CopyGit(add ?? throw new InstructionException($"COPY takes no git repository ({source}); use ADD"), git, destination, basic, name));
            else if (RemoteFile.IsUrl(source))
                actions.Add(CopyHttp(add ?? throw new InstructionException($"COPY takes no URL ({source}); use ADD"), source, destination, basic, name));
            else
                actions.Add(CopyFiles(instruction, source, destination, basic, files, fromContext));
        }
        foreach (var document in instruction.HereDocuments)
        {
            history.Append(" <<").Append(document.Name);
            actions.Add(CopyDocument(document, instruction, destination, basic));
        }
        history.Append(' ').Append(instruction.Destination).Append(" # buildkit");

        var options = new VertexOptions { Name = name, Locations = Locations(instruction), IgnoreCache = node.IgnoreCache };
        var before = node.Output;
        node.Output = instruction.Link && instruction.Mode.Length == 0
            ? Link(before, actions, options, text, command)
            : context.Graph.Add(() => Build(before.Value, actions, options));
        Commit(history.ToString(), withLayer: true);
    }

    private static LlbOutput Build(LlbOutput? before, List<Action<LlbFile>> actions, VertexOptions options)
    {
        var file = new LlbFile(before);
        foreach (var action in actions)
            action(file);
        return file.ToOutput(options);
    }

    /// <summary>Copies beside the stage and lays the result over it, so that a new base needs no new copy.</summary>
    private PendingOutput Link(PendingOutput before, List<Action<LlbFile>> actions, VertexOptions options, string text, StageCommand command)
    {
        var id = $"{Platform}/{node.Index.ToString(CultureInfo.InvariantCulture)}/{node.Step.ToString(CultureInfo.InvariantCulture)}";
        var group = new ProgressGroup { Id = id, Name = options.Name };
        var copyOptions = options with { ProgressGroup = new ProgressGroup(group) { Weak = true } };
        var linkOptions = options with
        {
            ProgressGroup = group,
            Name = StepName.Current(node, "LINK " + text, Options.MultiPlatform, Platform, node.Environment, command.IsTrigger),
        };
        var copied = context.Graph.Add(() => Build(null, actions, copyOptions));
        return context.Graph.Add(() => LlbMerge.Create([before.Value, copied.Value], linkOptions));
    }

    private Action<LlbFile> CopyFiles(
        TransferInstruction instruction, string source, string destination, CopyOptions basic, PendingOutput files, bool fromContext)
    {
        if (fromContext)
            ReportIgnored(instruction, source);
        IReadOnlyList<string> include = [];
        IReadOnlyList<string> required = [];
        if (instruction is CopyInstruction { Parents: true })
        {
            // What stands before "/./" is left out of the destination.
            var pivot = source.IndexOf("/./", StringComparison.Ordinal);
            var pattern = UnixPath.Join("/", pivot < 0 ? source : source[(pivot + 3)..]);
            if (pivot < 0 ? UnixPath.IsAbsolute(source) : UnixPath.IsAbsolute(source[(pivot + 3)..]))
                pattern = pivot < 0 ? source : source[(pivot + 3)..];
            source = pivot < 0 ? "/" : source[..pivot];
            include = [pattern.StartsWith('/') ? pattern[1..] : pattern];
            if (!HasWildcard(source) && !HasWildcard(pattern))
                required = [UnixPath.Join("/", source, pattern)];
        }
        var options = basic with
        {
            FollowSymlinks = true,
            DirectoryContentsOnly = true,
            IncludePatterns = include,
            RequiredPaths = required,
            Unpack = instruction is AddInstruction add && (add.Unpack ?? true),
            AllowWildcard = true,
            AllowEmptyWildcard = true,
        };
        var from = source.Length == 0 ? "/" : source;
        return file => file.Copy(files.Value, from, destination, options);
    }

    private Action<LlbFile> CopyDocument(HereDocument document, Instruction instruction, string destination, CopyOptions basic)
    {
        // As everywhere where variables are replaced, what can't be read becomes U+FFFD.
        var content = document.Expand ? Expand(ForeignBytes.Replace(document.Text), instruction, DocumentExpander) : document.Text;
        var made = context.Graph.Add(() => new LlbFile(null)
            .MakeFile(document.Name, 0b110_100_100, ForeignBytes.Encode(content))
            .ToOutput(new VertexOptions { Name = "[internal] preparing inline document" }));
        return file => file.Copy(made.Value, document.Name, destination, basic);
    }

    private Action<LlbFile> CopyHttp(AddInstruction add, string url, string destination, CopyOptions basic, string name)
    {
        var fileName = RemoteFile.NameOf(url);
        var checksum = ParseChecksum(add);
        var options = new VertexOptions { Name = name, Locations = Locations(add), Description = [new(StepName.DescriptionKey, "")] };
        var source = context.Graph.Add(() => LlbSource.Http(url, options, new HttpSourceOptions { FileName = fileName, Checksum = checksum }));
        return file => file.Copy(source.Value, fileName, destination, basic with { Unpack = add.Unpack ?? false });
    }

    private Action<LlbFile> CopyGit(AddInstruction add, GitReference git, string destination, CopyOptions basic, string name)
    {
        if (add.KeepGitDirectory is { } asked && git.KeepGitDirectory is { } inUrl && asked != inUrl)
            throw new InstructionException("--keep-git-dir and keep-git-dir in the URL contradict each other");
        if (add.Checksum.Length > 0 && git.Checksum is not null && git.Checksum != add.Checksum)
            throw new InstructionException($"--checksum={add.Checksum} and checksum={git.Checksum} in the URL contradict each other");
        var options = git.ToSourceOptions() with
        {
            KeepGitDirectory = git.KeepGitDirectory ?? add.KeepGitDirectory ?? false,
            Checksum = git.Checksum ?? (add.Checksum.Length > 0 ? add.Checksum : null),
            ModificationTime = null,
        };
        var source = context.Graph.Add(() => LlbSource.Git(git.Remote, new VertexOptions { Name = name, Locations = Locations(add) }, options));
        return file => file.Copy(source.Value, "/", destination, basic);
    }

    private static Digest? ParseChecksum(AddInstruction add)
    {
        try
        {
            return RemoteFile.ParseChecksum(add.Checksum);
        }
        catch (FormatException e)
        {
            throw new InstructionException(e.Message, add.Syntax?.RangeOfFlag("checksum"));
        }
    }

    private static int? ParseMode(TransferInstruction instruction)
    {
        try
        {
            return SymbolicMode.Parse(instruction.Mode);
        }
        catch (InstructionException e)
        {
            throw new InstructionException(e.Message, instruction.Syntax?.RangeOfFlag("chmod"));
        }
    }

    private static void CheckChecksum(AddInstruction add)
    {
        if (add.Sources.Count != 1)
            throw new InstructionException("--checksum is for a single source", add.Syntax?.RangeOfFlag("checksum"));
        if (!RemoteFile.IsUrl(add.Sources[0]) && !(GitReference.TryParse(add.Sources[0], out var git) && !git.LooksLocal))
            throw new InstructionException("--checksum is for a URL or a git repository", add.Syntax?.RangeOfFlag("checksum"));
    }

    private string Destination(string path)
    {
        if (UnixPath.IsAbsolute(path))
            return path;
        return UnixPath.Resolve(node.Directory, path is "." or "" ? "./" : path, keepSlash: true);
    }

    private void ReportIgnored(TransferInstruction instruction, string source)
    {
        if (context.Ignored is not { HasExceptions: false } matcher)
            return;
        var path = UnixPath.Clean(source);
        if (path is "." or "/" ? matcher.IgnoresEverything : matcher.IsIgnored(path))
        {
            _linter.Report(
                LintRules.CopyIgnoredFile, instruction.Range,
                $"{GoText.Quote(path)} is left out of the context by .dockerignore; let it in there, or do not {(instruction is AddInstruction ? "add" : "copy")} it");
        }
    }

    private static bool HasWildcard(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '*' or '?' or '[')
                return true;
            if (text[i] == '\\')
                i++;
        }
        return false;
    }
}
