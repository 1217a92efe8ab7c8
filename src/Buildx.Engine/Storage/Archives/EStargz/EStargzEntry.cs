using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <summary>A file, or a further piece of one, in the table of contents of an eStargz layer.</summary>
/// <param name="Member">The number of the gzip member that its content begins with; null where there is no content.</param>
/// <param name="ContentOffset">Of a piece, inside its file.</param>
/// <param name="ContentSize">Of a piece that is full; 0: it goes to the end of the file.</param>
internal sealed record EStargzEntry(LayerTarEntry Header, bool IsFurtherPiece, int? Member, long ContentOffset, long ContentSize, Digest? PieceDigest)
{
    /// <summary>Of the whole file, on its first entry.</summary>
    public Digest? Digest { get; init; }

    /// <summary>Named where they differ from the last one with the same id.</summary>
    public string? UserName { get; init; }

    public string? GroupName { get; init; }
}
