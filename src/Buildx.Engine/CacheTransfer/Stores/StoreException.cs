using System.Net;

namespace Buildx.Engine.CacheTransfer.Stores;

/// <summary>A store of objects that refuses, or is not there. The message says what, where and what to do, and no secret.</summary>
internal sealed class StoreException(string message, Exception? inner = null) : CacheTransferException(message, inner)
{
    /// <summary>Null when no answer came.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>The store's own name for what is wrong; empty where it gave none.</summary>
    public string Code { get; init; } = "";

    public bool IsTemporary { get; init; }
}
