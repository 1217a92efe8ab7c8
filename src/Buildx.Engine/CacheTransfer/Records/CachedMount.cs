using Buildx.Engine.Operations.Exec;
using Buildx.Engine.Storage;

namespace Buildx.Engine.CacheTransfer.Records;

/// <summary>The content of a cache mount, as one builder has left it for another.</summary>
internal sealed record CachedMount(CacheMountKey Key, LayerBlob Blob, DirectoryAttributes Attributes, DateTimeOffset CreatedAt);
