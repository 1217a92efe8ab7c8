namespace Buildx.Dockerfile;

/// <summary>What all parts of one conversion share.</summary>
internal sealed class ConversionContext
{
    public required DockerfileDocument Document { get; init; }

    public required ConversionOptions Options { get; init; }

    public required IBuildContexts Contexts { get; init; }

    public required IImageMetadataResolver Images { get; init; }

    public required Linter Linter { get; init; }

    public required WordExpander Expander { get; init; }

    /// <summary>For the names of commands, which show what the shell will see.</summary>
    public WordExpander NameExpander => field ??= new WordExpander(Expander.Escape) { KeepQuotes = true, KeepUnsetVariables = true };

    /// <summary>Null for none.</summary>
    public required Protocol.Pb.ProxyEnv? Proxy { get; init; }

    public required Oci.Platform TargetPlatform { get; init; }

    public required VariableSet GlobalArguments { get; init; }

    public required OutlineCollector Outline { get; init; }

    public required DateTimeOffset? Epoch { get; init; }

    /// <summary>What <c>.dockerignore</c> leaves out; null for nothing.</summary>
    public IgnoreMatcher? Ignored { get; init; }

    public PendingGraph Graph { get; } = new();

    public List<StageNode> Nodes { get; } = [];

    public Dictionary<string, StageNode> NodesByName { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>No platform was asked for: a base image may bring its own.</summary>
    public bool ImplicitTarget => Options.TargetPlatform is null;

    public IEnumerable<string> StageNames => Nodes.Select(node => node.DisplayName).Where(name => name.Length > 0);

    public void Add(StageNode node)
    {
        node.Index = Nodes.Count;
        Nodes.Add(node);
        // FROM, unlike COPY --from, finds a stage by its name in small letters only; what has others would have to be an image.
        if (NodesByName.TryGetValue(node.BaseName, out var parent) && !node.BaseName.Any(char.IsUpper))
        {
            node.Base = parent;
            node.Outline = parent.Outline.Clone();
        }
        if (node.Name is not null)
            NodesByName[node.Name] = node;
    }

    /// <summary>What is wrong so far; work goes on, so that all of it can be said at once.</summary>
    public List<Diagnostic> Errors { get; } = [];

    /// <exception cref="DockerfileException">There are errors.</exception>
    public void ThrowIfErrors()
    {
        if (Errors.Count > 0)
            throw new DockerfileException(Document.FileName, Errors);
    }

    public DockerfileException Error(string message, TextRange range, Exception? inner = null) =>
        new(Document.FileName, [Diagnostic.Error(message, range)], inner);
}
