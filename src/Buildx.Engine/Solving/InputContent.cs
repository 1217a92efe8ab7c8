using Buildx.Engine.ContentHashing;
using Buildx.Oci;

namespace Buildx.Engine.Solving;

/// <summary>What an operation reads of an input.</summary>
/// <param name="Digest">The same for the same content.</param>
/// <param name="Files">What the digest was made of.</param>
internal sealed record InputContent(Digest Digest, IReadOnlyList<HashedFile> Files);
