using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Buildx.Registry;

/// <summary>
/// Sends one identity's requests to one endpoint. In this order, for every request:
/// 1. the authorization known so far is added;
/// 2. it is sent, over HTTP if HTTPS is not spoken and may be done without;
/// 3. redirects are followed, without authorization where they lead to another host;
/// 4. a challenge is answered, once;
/// 5. temporary failures are tried again after a pause.
/// What comes back is any answer that is final; its status is the caller's business.
/// </summary>
internal sealed class RegistryTransport(RegistryEndpoint endpoint, Authenticator authenticator, RegistryClientOptions options, bool answerChallenges = true)
{
    private const int MaxRedirects = 10;

    private readonly TimeProvider _time = options.TimeProvider;

    public RegistryEndpoint Endpoint => endpoint;

    /// <exception cref="RegistryException">No answer, or only temporary failures; credentials that do not do.</exception>
    public async Task<HttpResponseMessage> SendAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan delay;
            try
            {
                var response = await SendAuthorizedAsync(request, cancellationToken);
                if (!RetryDelays.IsTemporary(response.StatusCode))
                    return response;
                using (response)
                {
                    delay = RetryDelays.GetRetryAfter(response, _time) ?? RetryDelays.Get(attempt);
                    if (attempt >= request.Attempts || delay > RetryDelays.Longest)
                        throw await RegistryFailures.FromResponseAsync(endpoint, request.Purpose, response, cancellationToken);
                }
            }
            catch (HttpRequestException e)
            {
                var failure = await RegistryFailures.FromConnectionAsync(endpoint, request.Purpose, e, cancellationToken);
                if (!failure.IsTemporary || attempt >= Math.Min(request.Attempts, IsRefused(e) ? 3 : int.MaxValue))
                    throw failure;
                delay = RetryDelays.Get(attempt);
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                // Connecting, or the answer, took too long.
                if (attempt >= Math.Min(request.Attempts, 2))
                {
                    throw new RegistryException(
                        $"failed to {request.Purpose}: {endpoint.Host} does not answer", RegistryErrorKind.Connection, endpoint.Host, e)
                    { IsTemporary = true };
                }
                delay = RetryDelays.Get(attempt);
            }
            await Task.Delay(delay, _time, cancellationToken);
        }
    }

    private static bool IsRefused(HttpRequestException e) =>
        e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused };

    private async Task<HttpResponseMessage> SendAuthorizedAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        var authorization = await authenticator.GetAuthorizationAsync(request.Scopes, cancellationToken);
        for (var first = true; ; first = false)
        {
            var response = await SendFollowingRedirectsAsync(request, authorization, cancellationToken);
            if (response.StatusCode != HttpStatusCode.Unauthorized || !answerChallenges || response.RequestMessage?.RequestUri is { } uri && !endpoint.Owns(uri))
                return response;
            using (response)
            {
                if (!first || AuthenticationChallenge.Find(response.Headers) is not { } challenge)
                    throw RegistryFailures.Unauthorized(
                        endpoint, request.Purpose, authenticator.HasCredential, await RegistryFailures.ReadErrorsAsync(response, cancellationToken));
                authorization = await authenticator.AnswerAsync(challenge, request, authorization, cancellationToken);
            }
        }
    }

    private async Task<HttpResponseMessage> SendFollowingRedirectsAsync(
        RegistryRequest request, AuthenticationHeaderValue? authorization, CancellationToken cancellationToken)
    {
        var uri = request.Uri;
        var method = request.Method;
        for (var redirects = 0; ; redirects++)
        {
            var response = await SendWithFallbackAsync(request, method, uri, authorization, cancellationToken);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
                return response;
            // 304-like answers aside, only reading is redirected in a way that changes nothing.
            var keepsMethod = (int)response.StatusCode is 307 or 308;
            if (!keepsMethod && method != HttpMethod.Get && method != HttpMethod.Head)
                return response;
            response.Dispose();
            if (redirects == MaxRedirects)
                throw new RegistryException($"failed to {request.Purpose}: {endpoint.DisplayName} redirects in circles", RegistryErrorKind.Invalid, endpoint.Host);
            uri = new Uri(uri, location);
            if (uri.Scheme is not ("http" or "https"))
                throw new RegistryException($"failed to {request.Purpose}: {endpoint.DisplayName} redirects to a \"{uri.Scheme}\" URL", RegistryErrorKind.Invalid, endpoint.Host);
        }
    }

    private async Task<HttpResponseMessage> SendWithFallbackAsync(
        RegistryRequest request, HttpMethod method, Uri uri, AuthenticationHeaderValue? authorization, CancellationToken cancellationToken)
    {
        // Another request may have fallen back while this one was on its way.
        var sent = Adapt(uri);
        try
        {
            return await SendOnceAsync(request, method, sent, authorization, cancellationToken);
        }
        catch (HttpRequestException e) when (
            endpoint.MayFallBackToHttp && sent.Scheme == Uri.UriSchemeHttps && endpoint.Owns(sent)
            && (e.HttpRequestError == HttpRequestError.SecureConnectionError || IsRefused(e)))
        {
            endpoint.FallBackToHttp();
            return await SendOnceAsync(request, method, Adapt(uri), authorization, cancellationToken);
        }
    }

    /// <summary>A URL made before the endpoint fell back to HTTP.</summary>
    private Uri Adapt(Uri uri) =>
        endpoint.MayFallBackToHttp && endpoint.IsPlainHttp && uri.Scheme == Uri.UriSchemeHttps && endpoint.Owns(uri)
            ? new Uri($"http://{endpoint.Host}{uri.PathAndQuery}")
            : uri;

    private async Task<HttpResponseMessage> SendOnceAsync(
        RegistryRequest request, HttpMethod method, Uri uri, AuthenticationHeaderValue? authorization, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(method, uri);
        foreach (var type in request.Accept)
            message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        message.Headers.Range = request.Range;
        if (authorization is not null && endpoint.Owns(uri))
            message.Headers.Authorization = authorization;
        if (request.Content is { } content)
            message.Content = await content(cancellationToken);
        if (request.Content is not null)
            return await endpoint.Client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        // What is sent may take its time; an answer to a mere question may not.
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(options.SilenceTimeout);
        return await endpoint.Client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, silence.Token);
    }
}
