using Buildx.Oci;

namespace Buildx.Dockerfile;

/// <param name="Digest">Null when the image has none, e.g. in a test.</param>
public sealed record ImageMetadata(Digest? Digest, byte[] ConfigJson);
