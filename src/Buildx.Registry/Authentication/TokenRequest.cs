namespace Buildx.Registry;

/// <param name="Host">The registry.</param>
/// <param name="Realm">URL of its token server.</param>
/// <param name="Scopes">E.g. <c>repository:library/busybox:pull</c>.</param>
public sealed record TokenRequest(string Host, string Realm, string Service, IReadOnlyList<string> Scopes);
