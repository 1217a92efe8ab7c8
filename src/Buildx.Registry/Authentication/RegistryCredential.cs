namespace Buildx.Registry;

/// <summary>Who somebody is at a registry. One of name and password, identity token, or registry token is set.</summary>
public sealed record RegistryCredential
{
    private RegistryCredential()
    {
    }

    public string Username { get; private init; } = "";

    public string Password { get; private init; } = "";

    /// <summary>An OAuth2 refresh token, from which bearer tokens are made.</summary>
    public string? IdentityToken { get; private init; }

    /// <summary>A bearer token, used as it is.</summary>
    public string? BearerToken { get; private init; }

    public static RegistryCredential FromPassword(string username, string password) => new() { Username = username, Password = password };

    public static RegistryCredential FromIdentityToken(string token, string username = "") => new() { IdentityToken = token, Username = username };

    public static RegistryCredential FromBearerToken(string token) => new() { BearerToken = token };

    /// <summary>Names the user at most: nothing secret gets into messages by accident.</summary>
    public override string ToString() => Username.Length > 0 ? $"user {Username}" : "token";
}
