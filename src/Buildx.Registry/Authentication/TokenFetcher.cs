using System.Net;
using System.Text.Json;

namespace Buildx.Registry;

/// <summary>
/// Gets bearer tokens from a registry's token server: by GET with the password (or with nothing), by OAuth2's POST with an
/// identity token, and by POST with the password where the server knows no GET.
/// </summary>
internal static class TokenFetcher
{
    private const string ClientId = "buildx";
    private const int Attempts = 4;
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromSeconds(60);

    public static async Task<(RegistryToken Token, string? IdentityToken)> FetchAsync(
        RegistryEndpoint endpoint, TokenRequest request, RegistryCredential? credential, bool wantIdentityToken, TimeProvider time, CancellationToken cancellationToken)
    {
        var purpose = $"get a token for {endpoint.DisplayName}";
        if (!Uri.TryCreate(request.Realm, UriKind.Absolute, out var realm) || realm.Scheme is not ("http" or "https"))
            throw new RegistryException($"failed to {purpose}: it names \"{request.Realm}\" as its token server, which is no URL", RegistryErrorKind.Invalid, endpoint.Host);
        if (credential is not null && realm.Scheme == "http" && !endpoint.IsPlainHttp && !RegistryHosts.IsLoopback(realm.Authority))
            throw new RegistryException(
                $"failed to {purpose}: its token server {RegistryFailures.Redact(realm)} would get the credentials over plain HTTP", RegistryErrorKind.Invalid, endpoint.Host);

        using var response = await SendAsync(endpoint, purpose, realm, request, credential, wantIdentityToken, time, cancellationToken);
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden || response.StatusCode == HttpStatusCode.BadRequest && credential is not null)
            throw RegistryFailures.Unauthorized(endpoint, purpose, credential is not null, await RegistryFailures.ReadErrorsAsync(response, cancellationToken));
        if (!response.IsSuccessStatusCode)
            throw await RegistryFailures.FromResponseAsync(endpoint, $"{purpose} from {RegistryFailures.Redact(realm)}", response, cancellationToken);

        TokenResponse? answer;
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            answer = await JsonSerializer.DeserializeAsync(body, RegistryJsonContext.Default.TokenResponse, cancellationToken);
        }
        catch (JsonException e)
        {
            throw new RegistryException($"failed to {purpose}: {RegistryFailures.Redact(realm)} did not answer with JSON", RegistryErrorKind.Invalid, endpoint.Host, e);
        }
        if ((answer?.AccessToken ?? answer?.Token) is not { Length: > 0 } token)
            throw new RegistryException($"failed to {purpose}: {RegistryFailures.Redact(realm)} gave none", RegistryErrorKind.Invalid, endpoint.Host);
        var lifetime = answer!.ExpiresIn is > 0 and < 1e9 ? TimeSpan.FromSeconds(answer.ExpiresIn.Value) : DefaultLifetime;
        return (new RegistryToken(token, time.GetUtcNow() + lifetime), answer.RefreshToken);
    }

    private static async Task<HttpResponseMessage> SendAsync(
        RegistryEndpoint endpoint, string purpose, Uri realm, TokenRequest request, RegistryCredential? credential, bool wantIdentityToken, TimeProvider time, CancellationToken cancellationToken)
    {
        var post = credential?.IdentityToken is not null;
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan delay;
            try
            {
                using var message = post ? MakePost(realm, request, credential!, wantIdentityToken) : MakeGet(realm, request, credential, wantIdentityToken);
                var response = await endpoint.Client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                if (!post && credential is not null && response.StatusCode is HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotFound)
                {
                    response.Dispose();
                    post = true;
                    continue;
                }
                if (!RetryDelays.IsTemporary(response.StatusCode) || attempt >= Attempts)
                    return response;
                delay = RetryDelays.GetRetryAfter(response, time) ?? RetryDelays.Get(attempt);
                if (delay > RetryDelays.Longest)
                    return response;
                response.Dispose();
            }
            catch (HttpRequestException e)
            {
                if (e.HttpRequestError == HttpRequestError.SecureConnectionError || attempt >= Attempts)
                    throw new RegistryException(
                        $"failed to {purpose}: cannot connect to its token server {RegistryFailures.Redact(realm)}: {e.Message}", RegistryErrorKind.Connection, endpoint.Host, e);
                delay = RetryDelays.Get(attempt);
            }
            await Task.Delay(delay, time, cancellationToken);
        }
    }

    private static HttpRequestMessage MakeGet(Uri realm, TokenRequest request, RegistryCredential? credential, bool wantIdentityToken)
    {
        List<string> parameters = [];
        if (realm.Query.Length > 1)
            parameters.Add(realm.Query[1..]);
        if (request.Service.Length > 0)
            parameters.Add("service=" + Uri.EscapeDataString(request.Service));
        parameters.AddRange(request.Scopes.Select(scope => "scope=" + Uri.EscapeDataString(scope)));
        if (wantIdentityToken)
            parameters.Add("offline_token=true");
        parameters.Add("client_id=" + ClientId);
        if (credential is not null)
            parameters.Add("account=" + Uri.EscapeDataString(credential.Username));
        var message = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(realm) { Query = string.Join('&', parameters) }.Uri);
        if (credential is not null)
            message.Headers.Authorization = Authenticator.EncodeBasic(credential);
        return message;
    }

    private static HttpRequestMessage MakePost(Uri realm, TokenRequest request, RegistryCredential credential, bool wantIdentityToken)
    {
        List<KeyValuePair<string, string>> form =
        [
            new("service", request.Service),
            new("client_id", ClientId),
        ];
        if (request.Scopes.Count > 0)
            form.Add(new("scope", string.Join(' ', request.Scopes)));
        if (credential.IdentityToken is { } token)
        {
            form.Add(new("grant_type", "refresh_token"));
            form.Add(new("refresh_token", token));
        }
        else
        {
            form.Add(new("grant_type", "password"));
            form.Add(new("username", credential.Username));
            form.Add(new("password", credential.Password));
        }
        if (wantIdentityToken)
            form.Add(new("access_type", "offline"));
        return new HttpRequestMessage(HttpMethod.Post, realm) { Content = new FormUrlEncodedContent(form) };
    }
}
