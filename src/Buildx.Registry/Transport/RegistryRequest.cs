using System.Net.Http.Headers;

namespace Buildx.Registry;

/// <param name="Purpose">For errors, e.g. <c>pull docker.io/library/busybox:latest</c>.</param>
/// <param name="Scopes">The rights that a bearer token for this needs.</param>
internal sealed record RegistryRequest(HttpMethod Method, Uri Uri, string Purpose, IReadOnlyList<TokenScope> Scopes)
{
    public IReadOnlyList<string> Accept { get; init; } = [];

    public RangeHeaderValue? Range { get; init; }

    /// <summary>Makes the body, anew for every attempt.</summary>
    public Func<CancellationToken, ValueTask<HttpContent>>? Content { get; init; }

    /// <summary>How often it is tried when the failure is a temporary one.</summary>
    public int Attempts { get; init; } = 5;
}
