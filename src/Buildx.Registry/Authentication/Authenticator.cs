using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Text;

namespace Buildx.Registry;

/// <summary>One identity at one endpoint: answers its challenges and remembers tokens.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore without a wait handle holds nothing to dispose.")]
internal sealed class Authenticator(RegistryEndpoint endpoint, ICredentialSource credentials, TimeProvider time)
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _lock = new(1);
    private readonly List<(IReadOnlyList<TokenScope> Scopes, RegistryToken Token)> _tokens = [];
    private AuthenticationChallenge? _challenge;
    private AuthenticationHeaderValue? _basic;

    /// <summary>Whether something was shown to the registry.</summary>
    public bool HasCredential { get; private set; }

    /// <summary>What to send along; null before the registry asked for anything.</summary>
    public async ValueTask<AuthenticationHeaderValue?> GetAuthorizationAsync(IReadOnlyList<TokenScope> scopes, CancellationToken cancellationToken)
    {
        if (_challenge is null)
            return null;
        await _lock.WaitAsync(cancellationToken);
        try
        {
            if (_challenge is not { IsBearer: true } challenge)
                return _basic;
            return await GetBearerAsync(challenge, TokenScope.Merge(scopes), cancellationToken);
        }
        finally
        {
            _lock.Release();
        }
    }

    /// <summary>Answers a challenge.</summary>
    /// <param name="rejected">What was sent with the request that was challenged.</param>
    /// <exception cref="RegistryException">There are no credentials, or they are wrong.</exception>
    public async Task<AuthenticationHeaderValue> AnswerAsync(
        AuthenticationChallenge challenge, RegistryRequest request, AuthenticationHeaderValue? rejected, CancellationToken cancellationToken)
    {
        await _lock.WaitAsync(cancellationToken);
        try
        {
            if (rejected is not null)
                _tokens.RemoveAll(entry => entry.Token.Token == rejected.Parameter);
            _challenge = challenge;
            if (challenge.IsBearer)
                return await GetBearerAsync(challenge, TokenScope.Merge(request.Scopes.Concat(challenge.Scopes)), cancellationToken);
            if (_basic is null || Equals(_basic, rejected))
                _basic = await MakeBasicAsync(request, rejected, cancellationToken);
            return _basic;
        }
        finally
        {
            _lock.Release();
        }
    }

    private async ValueTask<AuthenticationHeaderValue> MakeBasicAsync(
        RegistryRequest request, AuthenticationHeaderValue? rejected, CancellationToken cancellationToken)
    {
        var credential = await credentials.GetCredentialAsync(endpoint.Host, cancellationToken);
        HasCredential = credential is not null;
        var header = credential switch
        {
            null => throw RegistryFailures.Unauthorized(endpoint, request.Purpose, hasCredential: false, []),
            { BearerToken: { } token } => new AuthenticationHeaderValue("Bearer", token),
            _ => EncodeBasic(credential),
        };
        return Equals(header, rejected) ? throw RegistryFailures.Unauthorized(endpoint, request.Purpose, hasCredential: true, []) : header;
    }

    private async ValueTask<AuthenticationHeaderValue> GetBearerAsync(
        AuthenticationChallenge challenge, IReadOnlyList<TokenScope> scopes, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        _tokens.RemoveAll(entry => entry.Token.ExpiresAt - Margin <= now);
        foreach (var (have, known) in _tokens)
        {
            if (TokenScope.Covers(have, scopes))
                return new AuthenticationHeaderValue("Bearer", known.Token);
        }
        var asked = new TokenRequest(endpoint.Host, challenge.Realm, challenge.Service, [.. scopes.Select(scope => scope.ToString())]);
        var token = await credentials.FetchTokenAsync(asked, cancellationToken);
        if (token is null)
        {
            var credential = await credentials.GetCredentialAsync(endpoint.Host, cancellationToken);
            HasCredential = credential is not null;
            if (credential?.BearerToken is { } given)
                return new AuthenticationHeaderValue("Bearer", given);
            (token, _) = await TokenFetcher.FetchAsync(endpoint, asked, credential, wantIdentityToken: false, time, cancellationToken);
        }
        _tokens.Add((scopes, token));
        return new AuthenticationHeaderValue("Bearer", token.Token);
    }

    internal static AuthenticationHeaderValue EncodeBasic(RegistryCredential credential) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.Username}:{credential.IdentityToken ?? credential.Password}")));
}
