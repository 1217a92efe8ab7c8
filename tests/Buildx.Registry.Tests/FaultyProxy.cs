using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Buildx.Registry.Tests;

/// <summary>
/// Stands before a registry and spoils about every fourth request, as networks and overloaded registries do. What it does follows
/// from the seed and the order of the requests.
/// </summary>
internal sealed class FaultyProxy : IAsyncDisposable
{
    private readonly string _registry;
    private readonly Random _random;
    private readonly Lock _lock = new();
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly WebApplication _application;

    private FaultyProxy(string registry, int seed)
    {
        (_registry, _random) = (registry, new Random(seed));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _application = builder.Build();
        _application.Run(ServeAsync);
    }

    public string Host { get; private set; } = "";

    /// <summary>What it has done so far, for who reads of a failure.</summary>
    public List<string> Faults { get; } = [];

    public static async Task<FaultyProxy> StartAsync(string registry, int seed, CancellationToken cancellationToken)
    {
        var proxy = new FaultyProxy(registry, seed);
        await proxy._application.StartAsync(cancellationToken);
        proxy.Host = new Uri(proxy._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Authority;
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _client.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        var (fault, chance) = Draw(context.Request);
        try
        {
            switch (fault)
            {
                case Fault.Reset:
                    context.Abort();
                    return;
                case Fault.TooManyRequests:
                    context.Response.Headers.RetryAfter = "0";
                    await RefuseAsync(context, 429, """{"errors":[{"code":"TOOMANYREQUESTS","message":"too fast"}]}""");
                    return;
                case Fault.ServerError:
                    await RefuseAsync(context, chance < 0.3 ? 500 : chance < 0.6 ? 502 : 503, "<html>upstream is gone</html>");
                    return;
                case Fault.Portal:
                    context.Response.ContentType = "text/html";
                    await RefuseAsync(context, 200, "<html>Welcome to the hotel's network</html>");
                    return;
            }
            using var answer = await ForwardAsync(context.Request, withToken: fault != Fault.Expired);
            var body = await answer.Content.ReadAsByteArrayAsync();
            if (fault == Fault.ResetAfterwards)
                context.Abort();
            else
                await AnswerAsync(context, answer, body, fault, chance);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // The client has left, or its body broke off.
            context.Abort();
        }
    }

    private (Fault Fault, double Chance) Draw(HttpRequest request)
    {
        lock (_lock)
        {
            var (fault, chance) = (_random.Next(4) == 0 ? (Fault)_random.Next(1, (int)Fault.Last + 1) : Fault.None, _random.NextDouble());
            if (fault != Fault.None)
                Faults.Add($"{fault} {request.Method} {request.Path}");
            return (fault, chance);
        }
    }

    private static async Task RefuseAsync(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.WriteAsync(body);
    }

    private Task<HttpResponseMessage> ForwardAsync(HttpRequest request, bool withToken)
    {
        var message = new HttpRequestMessage(new HttpMethod(request.Method), $"http://{_registry}{request.Path}{request.QueryString}");
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
            message.Content = new StreamContent(request.Body);
        foreach (var (name, values) in request.Headers)
        {
            if (name is "Connection" or "Transfer-Encoding" || (name == "Authorization" && !withToken))
                continue;
            if (!message.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
                message.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
        }
        return _client.SendAsync(message);
    }

    private static async Task AnswerAsync(HttpContext context, HttpResponseMessage answer, byte[] body, Fault fault, double chance)
    {
        var response = context.Response;
        response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat<KeyValuePair<string, IEnumerable<string>>>(answer.Content.Headers))
        {
            if (name is not ("Content-Length" or "Transfer-Encoding"))
                response.Headers[name] = values.ToArray();
        }
        var place = (int)(body.Length * chance);
        if (fault == Fault.Changed && body.Length > 0)
            body[place] ^= 0x20;
        if (fault == Fault.Shortened)
            body = body[..place];
        var isHead = HttpMethods.IsHead(context.Request.Method);
        if (isHead || body.Length > 0)
            response.ContentLength = isHead ? answer.Content.Headers.ContentLength : body.Length;
        var pieces = fault == Fault.Slow ? 4 : 1;
        var length = fault == Fault.CutOff ? place : body.Length;
        for (var i = 0; i < pieces && !isHead; i++)
        {
            await response.Body.WriteAsync(body.AsMemory(length * i / pieces, (length * (i + 1) / pieces) - (length * i / pieces)));
            await response.Body.FlushAsync();
            if (fault == Fault.Slow)
                await Task.Delay(50);
        }
        if (fault == Fault.CutOff)
            context.Abort();
    }

    private enum Fault
    {
        None,
        /// <summary>The connection is reset before the registry has heard of it.</summary>
        Reset,
        /// <summary>The registry has done its work, and the client never hears of it.</summary>
        ResetAfterwards,
        TooManyRequests,
        ServerError,
        /// <summary>Something in between says yes to everything.</summary>
        Portal,
        Slow,
        CutOff,
        Shortened,
        Changed,
        /// <summary>The registry does not take the token any more.</summary>
        Expired,
        Last = Expired,
    }
}
