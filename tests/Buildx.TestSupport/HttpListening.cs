using System.Net;

namespace Buildx.TestSupport;

/// <summary>How the servers that tests write themselves are asked.</summary>
internal static class HttpListening
{
    /// <summary>The next request; null when the listener was closed.</summary>
    public static async Task<HttpListenerContext?> NextAsync(this HttpListener listener)
    {
        try
        {
            return !listener.IsListening ? null : await listener.GetContextAsync();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            return null;
        }
    }
}
