using System.Net;

namespace Buildx.Engine.CacheTransfer.Stores;

/// <summary>What a store answered instead of what was asked for.</summary>
/// <param name="Code">Its own name for it; empty where it gave none.</param>
internal readonly record struct StoreError(HttpStatusCode Status, string Code, string Message);
