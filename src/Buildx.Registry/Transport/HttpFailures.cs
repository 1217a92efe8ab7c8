using System.Net.Sockets;
using System.Text;

namespace Buildx.Registry;

/// <summary>What failed requests tell, in words that users can do something with.</summary>
public static class HttpFailures
{
    private const int MaximumBody = 64 * 1024;

    /// <summary>Why no answer came.</summary>
    public static string Describe(HttpRequestException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return ((exception.InnerException as SocketException)?.SocketErrorCode, exception.HttpRequestError) switch
        {
            (SocketError.ConnectionRefused, _) => "nothing listens there (connection refused)",
            (SocketError.HostNotFound or SocketError.NoData, _) => "there is no such host (name not found)",
            (SocketError.TryAgain, _) => "its name cannot be looked up now",
            (SocketError.TimedOut, _) => "it does not answer (connection timed out)",
            (SocketError.NetworkUnreachable or SocketError.HostUnreachable, _) => "it cannot be reached from here",
            (_, HttpRequestError.SecureConnectionError) => "no secure connection: " + exception.GetBaseException().Message,
            _ => exception.GetBaseException().Message,
        };
    }

    /// <summary>Whether it may go away by itself.</summary>
    public static bool IsTemporary(HttpRequestException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return exception.HttpRequestError != HttpRequestError.SecureConnectionError
            && (exception.InnerException as SocketException)?.SocketErrorCode is not (SocketError.HostNotFound or SocketError.NoData);
    }

    /// <summary>The beginning of an answer that says what is wrong; nothing where it breaks off.</summary>
    public static async Task<string> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(response);
        var buffer = new byte[MaximumBody];
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
