using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Buildx.Engine.CacheTransfer.Stores;

/// <summary>Sends requests to a store of objects. What may go away by itself is tried again; what does not is told so that somebody can act on it.</summary>
/// <param name="place">The store, for messages; without any secret.</param>
internal sealed class StoreClient(HttpClient http, string place, IStoreErrors errors, StoreRetries retries, TimeProvider time)
{
    private const int MaximumErrorBody = 64 * 1024;

    /// <exception cref="StoreException"/>
    public async Task<HttpResponseMessage> SendAsync(StoreRequest request, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            StoreException failure;
            TimeSpan? wanted = null;
            try
            {
                await retries.WaitAsync(time, cancellationToken);
                using var message = await request.CreateAsync(cancellationToken);
                var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                if (response.IsSuccessStatusCode || request.Answers.Contains(response.StatusCode))
                    return response;
                using (response)
                {
                    wanted = StoreRetries.GetRetryAfter(response, time);
                    failure = Explain(request, errors.Read(response, await ReadBodyAsync(response, cancellationToken)));
                }
            }
            catch (HttpRequestException e)
            {
                failure = Explain(request, e);
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                failure = new StoreException($"failed to {request.Purpose}: {place} does not answer", e) { IsTemporary = true };
            }
            if (!failure.IsTemporary || !await retries.DelayAsync(attempt, time.GetElapsedTime(start), failure.Status, wanted, time, cancellationToken))
                throw failure;
        }
    }

    /// <summary>All of an answer that is known to be small.</summary>
    /// <exception cref="StoreException"/>
    public async Task<byte[]> ReadAsync(StoreRequest request, HttpResponseMessage response, int maximum, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            var content = new MemoryStream();
            var buffer = new byte[81920];
            while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            {
                if (content.Length + count > maximum)
                    throw new StoreException($"failed to {request.Purpose}: {place} answered with more than {maximum >> 20} MB, which is no cache");
                content.Write(buffer, 0, count);
            }
            return content.ToArray();
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new StoreException($"failed to {request.Purpose}: the connection to {place} broke: {e.Message}", e) { IsTemporary = true };
        }
    }

    private StoreException Explain(StoreRequest request, StoreError error)
    {
        var text = new StringBuilder($"failed to {request.Purpose}: {place} answered {(int)error.Status}");
        if (error.Code.Length > 0)
            text.Append(' ').Append(error.Code);
        if (error.Message.Length > 0)
            text.Append(": ").Append(error.Message.TrimEnd('.', ' '));
        if (errors.Advise(error) is { } advice)
            text.Append(". ").Append(advice);
        return new StoreException(text.ToString()) { Status = error.Status, Code = error.Code, IsTemporary = StoreRetries.IsTemporary(error.Status) };
    }

    private StoreException Explain(StoreRequest request, HttpRequestException e)
    {
        var socket = e.InnerException as SocketException;
        var reason = (socket?.SocketErrorCode, e.HttpRequestError) switch
        {
            (SocketError.ConnectionRefused, _) => "nothing listens there (connection refused)",
            (SocketError.HostNotFound or SocketError.NoData, _) => "there is no such host (name not found)",
            (SocketError.TryAgain, _) => "its name cannot be looked up now",
            (SocketError.TimedOut, _) => "it does not answer (connection timed out)",
            (SocketError.NetworkUnreachable or SocketError.HostUnreachable, _) => "it cannot be reached from here",
            (_, HttpRequestError.SecureConnectionError) => "no secure connection: " + e.GetBaseException().Message,
            _ => e.GetBaseException().Message,
        };
        return new StoreException($"failed to {request.Purpose}: cannot connect to {place}: {reason}", e)
        {
            IsTemporary = e.HttpRequestError != HttpRequestError.SecureConnectionError
                && socket?.SocketErrorCode is not (SocketError.HostNotFound or SocketError.NoData),
        };
    }

    private static async Task<string> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaximumErrorBody];
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            return Encoding.UTF8.GetString(buffer, 0, length);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return "";
        }
    }
}
