using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Buildx.Registry;

namespace Buildx.Engine.CacheTransfer.Stores;

/// <summary>Sends requests to a store of objects. What may go away by itself is tried again; what does not is told so that somebody can act on it.</summary>
/// <param name="place">The store, for messages; without any secret.</param>
internal sealed class StoreClient(HttpClient http, string place, IStoreErrors errors, StoreRetries retries, TimeProvider time)
{
    private const int MaximumSmallSize = 64 << 20;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);

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
                    wanted = RetryDelays.GetRetryAfter(response, time);
                    failure = Explain(request, errors.Read(response, await HttpFailures.ReadBodyAsync(response, cancellationToken)));
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

    /// <summary>A small object; null when it is not there.</summary>
    /// <param name="container">What objects are in. That it is missing is no answer.</param>
    /// <param name="missing">The store's code for that.</param>
    /// <exception cref="StoreException"/>
    public async Task<byte[]?> ReadObjectAsync(StoreRequest request, string container, string missing, CancellationToken cancellationToken)
    {
        request = request with { Answers = [HttpStatusCode.NotFound] };
        using var response = await SendAsync(request, cancellationToken);
        var content = await ReadAsync(request, response, cancellationToken: cancellationToken);
        if (response.StatusCode != HttpStatusCode.NotFound)
            return content;
        var error = errors.Read(response, Encoding.UTF8.GetString(content));
        return error.Code == missing
            ? throw new StoreException($"failed to {request.Purpose}: {place}: there is no such {container}. {errors.Advise(error)}") { Status = error.Status, Code = error.Code }
            : null;
    }

    /// <summary>One sequential read of an object, which goes on where a connection broke.</summary>
    /// <param name="what">For messages.</param>
    /// <param name="open">Asks for all from an offset on.</param>
    /// <exception cref="StoreException"/>
    public async Task<Stream> OpenAsync(
        string what, long size, Func<long, CancellationToken, Task<HttpResponseMessage>> open, CancellationToken cancellationToken)
    {
        var stream = new ResumingStream(
            open, size, (_, last) => new StoreException($"failed to read {what} of {place}: {last.Message}", last) { IsTemporary = true },
            new ResumingStreamOptions(4, Silence, failures => TimeSpan.FromMilliseconds(200 << failures), time));
        await stream.ConnectAsync(cancellationToken);
        return stream;
    }

    /// <summary>The same where each request is the first one but for its range.</summary>
    /// <param name="request">Reads the object, with what it is given done to each message.</param>
    /// <exception cref="StoreException"/>
    public Task<Stream> OpenObjectAsync(string key, long size, Func<Action<HttpRequestMessage>, StoreRequest> request, CancellationToken cancellationToken) => OpenAsync(
        key,
        size,
        (offset, token) => SendAsync(request(message => message.Headers.Range = offset > 0 ? new RangeHeaderValue(offset, null) : null), token),
        cancellationToken);

    /// <summary>All of an answer that is known to be small.</summary>
    /// <exception cref="StoreException"/>
    public async Task<byte[]> ReadAsync(StoreRequest request, HttpResponseMessage response, int maximum = MaximumSmallSize, CancellationToken cancellationToken = default)
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
        return new StoreException(text.ToString()) { Status = error.Status, Code = error.Code, IsTemporary = RetryDelays.IsTemporary(error.Status) };
    }

    private StoreException Explain(StoreRequest request, HttpRequestException e) =>
        new($"failed to {request.Purpose}: cannot connect to {place}: {HttpFailures.Describe(e)}", e) { IsTemporary = HttpFailures.IsTemporary(e) };
}
