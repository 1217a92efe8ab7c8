namespace Buildx.Engine.Sources.Image;

/// <summary>An OCI layout at a client.</summary>
/// <param name="SessionId">Of the client that has it; empty for any of the build's.</param>
/// <param name="StoreId">How the client calls it.</param>
internal sealed record LayoutStore(string SessionId, string StoreId);
