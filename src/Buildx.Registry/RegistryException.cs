using System.Net;

namespace Buildx.Registry;

/// <summary>A registry that cannot do what was asked. The message is for users: what, where, and what to do next.</summary>
public sealed class RegistryException(string message, RegistryErrorKind kind, string host, Exception? inner = null) : Exception(message, inner)
{
    public RegistryErrorKind Kind { get; } = kind;

    /// <summary>The host that was talked to.</summary>
    public string Host { get; } = host;

    /// <summary>The HTTP status; null when no answer came.</summary>
    public HttpStatusCode? StatusCode { get; init; }

    public IReadOnlyList<RegistryError> Errors { get; init; } = [];

    /// <summary>Whether the same request may succeed a little later.</summary>
    public bool IsTemporary { get; init; }

    /// <summary>There was an answer, but it broke off or was changed on its way.</summary>
    internal bool IsDamage { get; init; }
}
