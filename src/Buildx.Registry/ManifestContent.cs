using Buildx.Oci;

namespace Buildx.Registry;

/// <summary>A manifest or index as its registry has it, verified.</summary>
public sealed record ManifestContent(Descriptor Descriptor, byte[] Json);
