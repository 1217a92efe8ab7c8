using Buildx.Oci;

namespace Buildx.Engine.Storage;

internal sealed record StoredFacts(Digest Record, Digest Place, Digest Operation, byte[] Facts);
