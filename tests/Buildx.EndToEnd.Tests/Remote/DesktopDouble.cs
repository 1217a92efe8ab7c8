using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Buildx.EndToEnd.Tests;

/// <summary>What Docker Desktop does for <c>docker buildx history import</c>: it takes a bundle at its socket below a home directory.</summary>
internal sealed class DesktopDouble : IAsyncDisposable
{
    private readonly WebApplication _server;

    private DesktopDouble(WebApplication server) => _server = server;

    /// <summary>The bundles that came, in their order.</summary>
    public ConcurrentQueue<byte[]> Uploads { get; } = [];

    /// <param name="reference">What it calls the build that it has taken.</param>
    public static async Task<DesktopDouble> StartAsync(string home, string reference)
    {
        var directory = Directory.CreateDirectory(home + "/.docker/desktop").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.ListenUnixSocket(directory + "/docker-desktop-build.sock");
            options.Limits.MaxRequestBodySize = null;
        });
        var desktop = new DesktopDouble(builder.Build());
        desktop._server.Run(async context =>
        {
            if (context.Request is not { Method: "POST", Path.Value: "/upload" })
            {
                context.Response.StatusCode = (int)HttpStatusCode.NotFound;
                return;
            }
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            desktop.Uploads.Enqueue(body.ToArray());
            await context.Response.WriteAsync($"[\"{reference}\"]", context.RequestAborted);
        });
        await desktop._server.StartAsync();
        return desktop;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
