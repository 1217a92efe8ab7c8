namespace Buildx.Client;

/// <param name="Username">Empty when <paramref name="Secret"/> is an identity token.</param>
public sealed record RegistryCredentials(string Username, string Secret)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => $"RegistryCredentials {{ Username = {Username} }}";
}
