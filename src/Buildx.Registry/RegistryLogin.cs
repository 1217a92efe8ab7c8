using System.Net;

namespace Buildx.Registry;

/// <summary>Checks somebody's credentials with a registry, as <c>docker login</c> does before it keeps them.</summary>
public static class RegistryLogin
{
    /// <summary>Asks the registry whether it accepts the credential.</summary>
    /// <returns>What to keep: the credential itself, or the identity token that the registry gave for it.</returns>
    /// <exception cref="RegistryException">It does not accept it, or cannot be asked.</exception>
    public static async Task<RegistryCredential> VerifyAsync(
        RegistryClient client, string registry, RegistryCredential credential, CancellationToken cancellationToken)
    {
        var endpoint = client.GetOrigin(registry);
        var purpose = $"log in to {endpoint.DisplayName}";
        var source = new FixedCredentials(registry, credential);
        var time = client.Options.TimeProvider;
        var ping = new RegistryRequest(HttpMethod.Get, endpoint.GetUri(""), purpose, []);

        // The challenge first: a token server may have an identity token to give, which is better kept than a password.
        using (var response = await new RegistryTransport(endpoint, new Authenticator(endpoint, AnonymousCredentials.Instance, time), client.Options, answerChallenges: false)
            .SendAsync(ping, cancellationToken))
        {
            if (response.StatusCode == HttpStatusCode.Unauthorized && AuthenticationChallenge.Find(response.Headers) is { IsBearer: true } challenge && credential.BearerToken is null)
            {
                var request = new TokenRequest(endpoint.Host, challenge.Realm, challenge.Service, [.. challenge.Scopes.Select(scope => scope.ToString())]);
                string? identityToken;
                try
                {
                    (_, identityToken) = await TokenFetcher.FetchAsync(endpoint, request, credential, wantIdentityToken: true, time, cancellationToken);
                }
                catch (RegistryException e) when (e.Kind == RegistryErrorKind.Unauthorized)
                {
                    throw Refused(purpose, endpoint, e);
                }
                return identityToken is { Length: > 0 } && credential.IdentityToken is null
                    ? RegistryCredential.FromIdentityToken(identityToken, credential.Username)
                    : credential;
            }
            // A registry that asks nobody accepts anybody.
            if (response.IsSuccessStatusCode)
                return credential;
            if (response.StatusCode != HttpStatusCode.Unauthorized)
                throw await RegistryFailures.FromResponseAsync(endpoint, purpose, response, cancellationToken);
        }

        try
        {
            using var response = await new RegistryTransport(endpoint, new Authenticator(endpoint, source, time), client.Options).SendAsync(ping, cancellationToken);
            return response.IsSuccessStatusCode
                ? credential
                : throw await RegistryFailures.FromResponseAsync(endpoint, purpose, response, cancellationToken);
        }
        catch (RegistryException e) when (e.Kind == RegistryErrorKind.Unauthorized)
        {
            throw Refused(purpose, endpoint, e);
        }
    }

    private static RegistryException Refused(string purpose, RegistryEndpoint endpoint, RegistryException e) =>
        new($"failed to {purpose}: wrong user name or password", RegistryErrorKind.Unauthorized, endpoint.Host, e) { StatusCode = e.StatusCode, Errors = e.Errors };
}
