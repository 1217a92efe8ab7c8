using System.Net;
using System.Text;

namespace Buildx.TestSupport;

/// <summary>An HTTP server that answers as it is told, for what a real one does not do on demand.</summary>
public sealed class ScriptedServer : IDisposable
{
    private readonly HttpListener _listener;
    private readonly Func<HttpListenerContext, Task> _answer;
    private readonly List<string> _requests = [];

    public ScriptedServer(Func<HttpListenerContext, Task> answer)
    {
        _answer = answer;
        _listener = LoopbackListener.Start(out var host);
        Host = host;
        _ = ServeAsync();
    }

    public string Host { get; }

    /// <summary><c>METHOD PATH?QUERY Authorization Range</c> of what came.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_requests)
                return [.. _requests];
        }
    }

    public void Dispose() => _listener.Close();

    public static void Answer(HttpListenerContext context, int status, string body = "", params (string Name, string Value)[] headers) =>
        Answer(context, status, Encoding.UTF8.GetBytes(body), headers);

    public static void Answer(HttpListenerContext context, int status, byte[] body, params (string Name, string Value)[] headers)
    {
        context.Response.StatusCode = status;
        foreach (var (name, value) in headers)
            context.Response.Headers[name] = value;
        context.Response.Close(body, willBlock: false);
    }

    private async Task ServeAsync()
    {
        while (await _listener.NextAsync() is { } context)
        {
            var request = context.Request;
            lock (_requests)
                _requests.Add($"{request.HttpMethod} {request.RawUrl} {request.Headers["Authorization"]} {request.Headers["Range"]}".Trim());
            _ = Task.Run(() => _answer(context));
        }
    }
}
