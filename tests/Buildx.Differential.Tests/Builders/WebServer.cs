using Buildx.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;

namespace Buildx.Differential.Tests.Builders;

/// <summary>Serves a directory's files on 127.0.0.1. Lines of <c>FILE.headers</c> are sent with FILE.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly WebApplication _application;

    private WebServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _application = builder.Build();
        _application.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(_directory.Path),
            ServeUnknownFileTypes = true,
            OnPrepareResponse = answer => AddHeaders(answer.Context.Response, answer.File.PhysicalPath + ".headers"),
        });
    }

    public string Path => _directory.Path;

    public string Url => _application.Urls.Single();

    public static async Task<WebServer> StartAsync()
    {
        var server = new WebServer();
        await server._application.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _directory.Dispose();
    }

    private static void AddHeaders(HttpResponse response, string file)
    {
        if (!File.Exists(file))
            return;
        foreach (var pair in File.ReadLines(file).Select(line => line.Split(": ", 2)))
        {
            if (pair is [var name, var value])
                response.Headers[name] = value;
            else
                response.Headers.Remove(pair[0]);
        }
    }
}
