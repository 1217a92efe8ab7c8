using Buildx.Llb;
using Buildx.Oci;

namespace Buildx.Dockerfile;

/// <summary>A context given by name, which takes the place of a stage or an image.</summary>
/// <param name="Open">Makes the file system once it is known which paths of it are used (all if none are named).</param>
/// <param name="Image">Its configuration when it is an image.</param>
public sealed record NamedContext(Func<IReadOnlyList<string>, LlbOutput?> Open, ImageConfig? Image);
