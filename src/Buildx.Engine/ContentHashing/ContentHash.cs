using Buildx.Oci;

namespace Buildx.Engine.ContentHashing;

/// <param name="Content">The same for the same content, wherever and whenever it is.</param>
/// <param name="Stamp">
/// Changes whenever any selected file was touched (inode, times, size). Reading it again costs no reading of content: equal
/// stamps before and after some work mean that the work saw what was hashed.
/// </param>
/// <param name="Size">Of the content of all selected files, in bytes.</param>
/// <param name="Files">Those that the content counts of; none when only the stamp was asked for.</param>
internal sealed record ContentHash(Digest Content, Digest Stamp, long Size, IReadOnlyList<HashedFile> Files);
