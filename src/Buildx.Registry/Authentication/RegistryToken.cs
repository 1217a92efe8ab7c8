namespace Buildx.Registry;

/// <param name="Token">The bearer token.</param>
public sealed record RegistryToken(string Token, DateTimeOffset ExpiresAt)
{
    public override string ToString() => $"token until {ExpiresAt:O}";
}
