using System.Globalization;
using System.Text;
using Buildx.Engine.Server.Configuration;
using Buildx.Engine.Server.Listening;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Buildx.Engine.Server.Diagnostics;

/// <summary>Health, metrics and a few pages about the running engine, over plain HTTP on an address of their own (<c>--debugaddr</c>).</summary>
internal static class DebugServer
{
    private const string Index = """
        /healthz        ok, when the engine answers
        /metrics        figures for Prometheus
        /debug/vars     the same as JSON
        /debug/builds   builds that run now
        /debug/gc       collects garbage now, and gives memory back to the system

        """;

    /// <exception cref="ConfigurationException">The address can't be used.</exception>
    public static WebApplication Create(Engine engine, ListenAddress address)
    {
        var builder = EngineHost.CreateEmptyBuilder(engine.Configuration.Log);
        builder.WebHost.ConfigureKestrel(kestrel =>
            Listeners.Listen(kestrel, address, engine.Configuration.SocketOwner, (listen, _) => listen.Protocols = HttpProtocols.Http1));
        var app = builder.Build();
        app.Run(context => AnswerAsync(engine, context));
        return app;
    }

    private static Task AnswerAsync(Engine engine, HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        switch (path.TrimEnd('/'))
        {
            case "" or "/debug":
                return TextAsync(context, Index);
            case "/healthz" or "/debug/health":
                return TextAsync(context, "ok\n");
            case "/metrics":
                return TextAsync(context, EngineMetrics.Read(engine).ToPrometheus(), "text/plain; version=0.0.4; charset=utf-8");
            case "/debug/vars":
                return TextAsync(context, EngineMetrics.Read(engine).ToJson(), "application/json");
            case "/debug/builds" or "/debug/requests":
                return TextAsync(context, DescribeBuilds(engine));
            case "/debug/gc":
                MemoryRelease.Run();
                return TextAsync(context, "");
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return TextAsync(context, path.StartsWith("/debug/pprof", StringComparison.Ordinal)
                    ? "pprof profiles are Go's: there are none of this engine\n"
                    : $"there is no page {path} here:\n\n{Index}");
        }
    }

    private static string DescribeBuilds(Engine engine)
    {
        var text = new StringBuilder();
        foreach (var record in engine.History.Active)
            text.Append(CultureInfo.InvariantCulture, $"{record.Ref}\t{record.CreatedAt.ToDateTime():O}\t{record.Frontend}\n");
        return text.Length == 0 ? "no builds\n" : text.ToString();
    }

    private static async Task TextAsync(HttpContext context, string text, string type = "text/plain; charset=utf-8")
    {
        context.Response.ContentType = type;
        await context.Response.WriteAsync(text, context.RequestAborted);
    }
}
