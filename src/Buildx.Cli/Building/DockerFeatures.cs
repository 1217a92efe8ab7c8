using Buildx.Oci;

namespace Buildx.Cli.Building;

/// <param name="Platform">The platform of the engine's machine.</param>
/// <param name="KeepsIndexes">Whether it keeps images in containerd's store, which has all platforms of an image.</param>
internal sealed record DockerFeatures(Platform Platform, bool KeepsIndexes);
