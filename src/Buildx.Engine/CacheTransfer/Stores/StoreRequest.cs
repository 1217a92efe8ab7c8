using System.Net;

namespace Buildx.Engine.CacheTransfer.Stores;

/// <summary>One request, made anew for each attempt.</summary>
/// <param name="Purpose">For messages: "read the cache x from …".</param>
internal sealed record StoreRequest(string Purpose, Func<CancellationToken, ValueTask<HttpRequestMessage>> CreateAsync)
{
    /// <summary>Statuses that are answers and not failures, besides those of success.</summary>
    public IReadOnlyCollection<HttpStatusCode> Answers { get; init; } = [];
}
