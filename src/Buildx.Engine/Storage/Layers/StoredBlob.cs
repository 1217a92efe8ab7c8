using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <summary>A form that a layer has, or had, as a blob.</summary>
internal sealed record StoredBlob(Descriptor Descriptor, Digest DiffId);
