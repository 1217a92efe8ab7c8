using System.Net;
using System.Text.Json;

namespace Buildx.Registry;

/// <summary>Makes errors that users can do something about.</summary>
internal static class RegistryFailures
{
    public static async Task<RegistryException> FromResponseAsync(
        RegistryEndpoint endpoint, string purpose, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await HttpFailures.ReadBodyAsync(response, cancellationToken);
        var errors = ParseErrors(body);
        var status = response.StatusCode;
        if (status == HttpStatusCode.Unauthorized)
            return Unauthorized(endpoint, purpose, hasCredential: false, errors);
        if (status == HttpStatusCode.BadRequest && body.Contains("HTTP request to an HTTPS server", StringComparison.Ordinal))
        {
            return new RegistryException(
                $"failed to {purpose}: {endpoint.Host} speaks HTTPS, but was asked over HTTP. Take \"http = true\" away from [registry.\"{endpoint.DisplayName}\"] in buildkitd.toml"
                + (RegistryHosts.IsLoopback(endpoint.Host) ? ", or, since addresses of this machine are asked over HTTP, put \"http = false\" there" : ""),
                RegistryErrorKind.Connection, endpoint.Host)
            {
                StatusCode = status,
            };
        }
        var (kind, text) = status switch
        {
            HttpStatusCode.NotFound => (RegistryErrorKind.NotFound, "not found (check the name and the tag)"),
            HttpStatusCode.Forbidden => (RegistryErrorKind.Denied, "access denied"),
            HttpStatusCode.TooManyRequests => (RegistryErrorKind.RateLimited, "too many requests"),
            _ => (RegistryErrorKind.Other, $"{endpoint.DisplayName} answered {(int)status} {response.ReasonPhrase}".TrimEnd()),
        };
        if (kind == RegistryErrorKind.Denied)
            text += $" by {endpoint.DisplayName} (the account that is logged in may not do this; {LoginCommand(endpoint)} changes it)";
        if (kind == RegistryErrorKind.RateLimited)
            text += $" to {endpoint.DisplayName} ({LoginCommand(endpoint)} may raise the limit)";
        return new RegistryException($"failed to {purpose}: {text}{Describe(errors)}", kind, endpoint.Host)
        {
            StatusCode = status,
            Errors = errors,
            IsTemporary = RetryDelays.IsTemporary(status),
        };
    }

    public static RegistryException Unauthorized(RegistryEndpoint endpoint, string purpose, bool hasCredential, IReadOnlyList<RegistryError> errors) =>
        new(
            hasCredential
                ? $"failed to {purpose}: {endpoint.DisplayName} does not accept the credentials it was given{Describe(errors)}. Renew them with {LoginCommand(endpoint)}"
                : $"failed to {purpose}: {endpoint.DisplayName} wants credentials, or there is no such repository{Describe(errors)}. Log in with {LoginCommand(endpoint)}",
            RegistryErrorKind.Unauthorized, endpoint.Host)
        {
            StatusCode = HttpStatusCode.Unauthorized,
            Errors = errors,
        };

    public static async Task<RegistryException> FromConnectionAsync(
        RegistryEndpoint endpoint, string purpose, HttpRequestException e, CancellationToken cancellationToken)
    {
        if (e.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            if (endpoint.CertificateProblem is { } problem)
            {
                return new RegistryException(
                    $"failed to {purpose}: {endpoint.Host} is not trusted, {problem}. If the authority is your own, name it in buildkitd.toml:\n"
                    + $"  [registry.\"{endpoint.DisplayName}\"]\n    ca = [\"/path/to/ca.pem\"]",
                    RegistryErrorKind.Certificate, endpoint.Host, e);
            }
            if (!endpoint.IsPlainHttp && await AnswersHttpAsync(endpoint, cancellationToken))
            {
                return new RegistryException(
                    $"failed to {purpose}: {endpoint.Host} answers HTTP where HTTPS was expected. If it is meant to, say so in buildkitd.toml:\n"
                    + $"  [registry.\"{endpoint.DisplayName}\"]\n    http = true",
                    RegistryErrorKind.PlainHttp, endpoint.Host, e);
            }
        }
        return new RegistryException(
            $"failed to {purpose}: cannot connect to {endpoint.Host}: {HttpFailures.Describe(e)}", RegistryErrorKind.Connection, endpoint.Host, e)
        {
            IsTemporary = HttpFailures.IsTemporary(e),
        };
    }

    public static async Task<IReadOnlyList<RegistryError>> ReadErrorsAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        ParseErrors(await HttpFailures.ReadBodyAsync(response, cancellationToken));

    /// <summary>The URL without its query and user, where signatures and secrets are.</summary>
    public static string Redact(Uri uri) => uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    private static string LoginCommand(RegistryEndpoint endpoint) =>
        $"`docker login {endpoint.DisplayName}` (or `buildx login {endpoint.DisplayName}`)";

    private static string Describe(IReadOnlyList<RegistryError> errors) =>
        errors.Count == 0 ? "" : ": " + string.Join("; ", errors.Select(error => error.Message.Length > 0 ? $"{error.Code}: {error.Message}" : error.Code));

    /// <summary>Asks the same host over HTTP, without anything that could be a secret.</summary>
    private static async Task<bool> AnswersHttpAsync(RegistryEndpoint endpoint, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            using var response = await endpoint.Client.GetAsync(
                new Uri($"http://{endpoint.Host}/v2/"), HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            return true;
        }
        catch (Exception e) when (e is HttpRequestException || e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static IReadOnlyList<RegistryError> ParseErrors(string body)
    {
        if (!body.AsSpan().TrimStart().StartsWith("{"))
            return [];
        try
        {
            return [.. (JsonSerializer.Deserialize(body, RegistryJsonContext.Default.ErrorResponse)?.Errors ?? [])
                .Select(item => new RegistryError(item.Code ?? "UNKNOWN", item.Message ?? ""))];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
