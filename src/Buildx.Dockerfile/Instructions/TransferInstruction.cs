namespace Buildx.Dockerfile;

/// <summary>What <c>COPY</c> and <c>ADD</c> have in common.</summary>
/// <param name="HereDocuments">Sources that are written in the file itself.</param>
public abstract record TransferInstruction(IReadOnlyList<string> Sources, IReadOnlyList<HereDocument> HereDocuments, string Destination) : Instruction
{
    public string Owner { get; init; } = "";

    public string Mode { get; init; } = "";

    public bool Link { get; init; }

    public IReadOnlyList<string> Excludes { get; init; } = [];

    internal override Instruction Expand(Func<string, string> expand) => this with
    {
        Owner = expand(Owner),
        Mode = expand(Mode),
        Sources = Sources.Select(expand).ToArray(),
        Destination = expand(Destination),
    };
}
