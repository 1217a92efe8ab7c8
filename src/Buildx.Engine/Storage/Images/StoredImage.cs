namespace Buildx.Engine.Storage;

/// <param name="Name">The full one, <c>host/path[:tag][@digest]</c>.</param>
/// <param name="OwnSize">Bytes of the blobs that are no layer's of this engine.</param>
internal sealed record StoredImage(string Name, long OwnSize, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt);
