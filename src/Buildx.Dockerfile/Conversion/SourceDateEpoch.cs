using System.Globalization;
using Buildx.Llb;
using Buildx.Oci;

namespace Buildx.Dockerfile;

/// <summary>
/// The value of <c>SOURCE_DATE_EPOCH</c>: seconds since 1970, or the name of something that has a time of its own: <c>context</c>,
/// a named context, or a stage that holds nothing but one remote <c>ADD</c>.
/// </summary>
internal sealed class SourceDateEpoch(DockerfileDocument document, ConversionOptions options, IBuildContexts contexts, VariableSet globals, WordExpander expander)
{
    public const string Name = "SOURCE_DATE_EPOCH";

    /// <returns>Null when it is not set, or names something that has no time.</returns>
    /// <exception cref="DockerfileException"/>
    public async Task<DateTimeOffset?> ResolveAsync(CancellationToken cancellationToken)
    {
        var text = options.BuildArguments.TryGetValue(Name, out var given) ? given : globals.Find(Name);
        if (string.IsNullOrEmpty(text))
            return null;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
        {
            return seconds is > -62_000_000_000 and < 250_000_000_000
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : throw Error($"{Name}={text} is out of range: it must be a time between the years 5 and 9890", Place());
        }
        var (source, what) = await FindSourceAsync(text, cancellationToken);
        return source is null ? null : await contexts.FindTimeAsync(source, $"[internal] resolve {Name} from {what}", cancellationToken);
    }

    private async Task<(LlbOutput? Source, string What)> FindSourceAsync(string text, CancellationToken cancellationToken)
    {
        if (text == "context")
            return (contexts.Main([]), "the build context");
        if (await contexts.FindAsync(text, options.TargetPlatform ?? options.BuildPlatforms[0], cancellationToken) is { } named)
            return (named.Open([]), $"the context {text}");
        if (document.Stages.FirstOrDefault(stage => stage.Name?.Equals(text, StringComparison.OrdinalIgnoreCase) == true) is { } found)
            return (ReadStage(found), $"the stage {found.Name}");
        throw Error($"{Name}={text} is neither a number of seconds since 1970 nor the name of a context or stage{Suggestion.Phrase(text, document.Stages.Select(stage => stage.Name ?? "").Append("context"))}", Place());
    }

    private LlbOutput ReadStage(DockerfileStage stage)
    {
        var variables = globals.Without(Name);
        LlbOutput? source = null;
        TextRange range = stage.From.Range;
        try
        {
            if (expander.Expand(stage.From.Base, variables).Text != "scratch")
                throw new InstructionException($"the stage \"{stage.Name}\", from which {Name} is to come, must begin with FROM scratch");
            foreach (var instruction in stage.Instructions)
            {
                range = instruction.Range;
                switch (instruction)
                {
                    case ArgInstruction argument:
                        variables = Declare(variables, argument);
                        break;
                    case AddInstruction add when source is null:
                        source = ReadAdd(add, variables);
                        break;
                    case AddInstruction:
                        throw new InstructionException($"the stage \"{stage.Name}\", from which {Name} is to come, must have one ADD only");
                    default:
                        throw new InstructionException(
                            $"the stage \"{stage.Name}\", from which {Name} is to come, may have ARG and one ADD of a URL or git repository, but not {instruction.Keyword.ToUpperInvariant()}");
                }
            }
            range = stage.From.Range;
            return source ?? throw new InstructionException($"the stage \"{stage.Name}\", from which {Name} is to come, must ADD a URL or a git repository");
        }
        catch (Exception e) when (e is InstructionException or ExpansionException or FormatException)
        {
            throw Error(e.Message, (e as InstructionException)?.Range ?? range);
        }
    }

    private VariableSet Declare(VariableSet variables, ArgInstruction instruction)
    {
        foreach (var argument in instruction.Arguments)
        {
            if (options.BuildArguments.TryGetValue(argument.Name, out var given))
                variables = variables.With(argument.Name, given);
            else if (argument.Default is not null)
                variables = variables.With(argument.Name, expander.Expand(argument.Default, variables).Text);
        }
        return variables;
    }

    private LlbOutput ReadAdd(AddInstruction add, VariableSet variables)
    {
        if (add.Sources.Count != 1 || add.HereDocuments.Count > 0)
            throw new InstructionException($"{Name} can come from an ADD with one source only");
        var text = expander.Expand(add.Sources[0], variables).Text;
        var checksum = expander.Expand(add.Checksum, variables).Text;
        var shown = new VertexOptions { Name = $"[internal] resolve {Name}" };
        if (GitReference.TryParse(text, out var git) && !git.LooksLocal)
        {
            return LlbSource.Git(git.Remote, shown, git.ToSourceOptions() with
            {
                KeepGitDirectory = git.KeepGitDirectory ?? add.KeepGitDirectory ?? false,
                Checksum = checksum.Length > 0 ? checksum : git.Checksum,
                ModificationTime = null,
            });
        }
        if (!RemoteFile.IsUrl(text))
            throw new InstructionException($"{Name} can come from a URL or a git repository, not from {text} of the context");
        return LlbSource.Http(text, shown, new HttpSourceOptions { FileName = RemoteFile.NameOf(text), Checksum = RemoteFile.ParseChecksum(checksum) });
    }

    private TextRange? Place() => options.BuildArguments.ContainsKey(Name)
        ? null
        : document.GlobalArguments.LastOrDefault(instruction => instruction.Arguments.Any(argument => argument.Name == Name))?.Range;

    private DockerfileException Error(string message, TextRange? place) => new(document.FileName, [place is { } range ? Diagnostic.Error(message, range) : Diagnostic.Error(message)]);
}
