namespace Buildx.Dockerfile;

/// <summary>What <c>COPY</c> and <c>ADD</c> have in common.</summary>
/// <param name="HereDocuments">Sources that are written in the file itself.</param>
public abstract record TransferInstruction(IReadOnlyList<string> Sources, IReadOnlyList<HereDocument> HereDocuments, string Destination) : Instruction
{
    public string Owner { get; init; } = "";

    public string Mode { get; init; } = "";

    public bool Link { get; init; }

    public IReadOnlyList<string> Excludes { get; init; } = [];

    internal override Instruction Expand(Func<string, string> expand)
    {
        var (owner, mode, sources, destination) = (expand(Owner), expand(Mode), ExpandAll(Sources, expand), expand(Destination));
        return owner == Owner && mode == Mode && ReferenceEquals(sources, Sources) && destination == Destination
            ? this
            : this with { Owner = owner, Mode = mode, Sources = sources, Destination = destination };
    }

    private static IReadOnlyList<string> ExpandAll(IReadOnlyList<string> texts, Func<string, string> expand)
    {
        var expanded = texts.Select(expand).ToArray();
        return expanded.SequenceEqual(texts) ? texts : expanded;
    }
}
