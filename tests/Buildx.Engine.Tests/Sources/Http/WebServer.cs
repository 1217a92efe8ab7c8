using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Buildx.Engine.Tests.Sources.Http;

/// <summary>A web server on this machine that remembers what it was asked.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private WebServer(WebApplication application) => _application = application;

    /// <summary>Method, path, and what else a test wants to know, of each request.</summary>
    public List<string> Requests { get; } = [];

    public string Url { get; private set; } = "";

    public static async Task<WebServer> StartAsync(Func<HttpContext, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(options => options.AllowSynchronousIO = true);
        var application = builder.Build();
        var server = new WebServer(application);
        application.Run(async context =>
        {
            lock (server.Requests)
                server.Requests.Add($"{context.Request.Method} {context.Request.Path}");
            await answer(context);
        });
        await application.StartAsync(TestContext.Current.CancellationToken);
        server.Url = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return server;
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();
}
