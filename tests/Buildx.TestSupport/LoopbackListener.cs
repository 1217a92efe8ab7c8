using System.Net;

namespace Buildx.TestSupport;

/// <summary>An HTTP listener on 127.0.0.1 and a free port, which <see cref="HttpListener"/> cannot choose itself.</summary>
internal static class LoopbackListener
{
    public static HttpListener Start(out string host)
    {
        for (var attempt = 0; ; attempt++)
        {
            host = $"127.0.0.1:{Random.Shared.Next(20_000, 60_000)}";
            // One that could not start is of no further use.
            var listener = new HttpListener { Prefixes = { $"http://{host}/" } };
            try
            {
                listener.Start();
                return listener;
            }
            catch (HttpListenerException) when (attempt < 20)
            {
            }
        }
    }
}
