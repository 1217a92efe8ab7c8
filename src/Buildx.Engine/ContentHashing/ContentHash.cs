using Buildx.Oci;

namespace Buildx.Engine.ContentHashing;

/// <param name="Content">The same for the same content, wherever and whenever it is.</param>
/// <param name="Files">Those that the content counts of.</param>
internal sealed record ContentHash(Digest Content, IReadOnlyList<HashedFile> Files);
