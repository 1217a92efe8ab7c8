namespace Buildx.Dockerfile;

/// <param name="From">A stage, its index, an image or a context; null for the build context.</param>
public sealed record CopyInstruction(IReadOnlyList<string> Sources, IReadOnlyList<HereDocument> HereDocuments, string Destination, string? From, bool Parents)
    : TransferInstruction(Sources, HereDocuments, Destination);
