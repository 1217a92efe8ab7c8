using Buildx.Oci;

namespace Buildx.Engine.Sources.Http;

/// <summary>A file as a server gave it.</summary>
/// <param name="Name">In its tree.</param>
/// <param name="Modified">What the server says, null if nothing.</param>
internal sealed record HttpFile(string Name, Digest Content, DateTimeOffset? Modified);
