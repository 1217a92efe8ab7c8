using Buildx.Engine.Server.Configuration;
using Buildx.Engine.Server.Listening;
using Buildx.Engine.Server.Services;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Buildx.Engine.Server;

/// <summary>The engine's gRPC server on its addresses.</summary>
internal static class EngineHost
{
    /// <param name="engine">What the first call asks for.</param>
    /// <exception cref="ConfigurationException">An address or a certificate can't be used.</exception>
    public static WebApplication Create(EngineConfiguration configuration, Func<Engine> engine)
    {
        var builder = CreateEmptyBuilder(configuration.Log);
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = null;
            grpc.MaxSendMessageSize = null;
        });
        builder.Services.AddSingleton(_ => engine().Control);
        builder.Services.AddSingleton(_ => engine().Bridge);
        builder.Services.AddSingleton(_ => engine().Content);
        builder.Services.AddSingleton<HealthService>();
        builder.WebHost.UseKestrelHttpsConfiguration();
        var tls = configuration.Tls is { } files ? ServerTls.Load(files) : null;
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            Configure(kestrel.Limits);
            // Clients that encrypt their connection themselves say "http" over TLS.
            kestrel.AllowAlternateSchemes = true;
            foreach (var address in configuration.Addresses)
            {
                // Where the socket's permissions were set by somebody, they say who may connect.
                var isOurs = address is ListenAddress.Unix && configuration.SocketOwner is null;
                Listeners.Listen(kestrel, address, configuration.SocketOwner, (listen, isUnix) =>
                {
                    listen.Protocols = HttpProtocols.Http2;
                    listen.Use(isOurs ? PeerCheck.Enforce : PeerCheck.Note);
                    if (tls is not null && !isUnix)
                    {
                        listen.UseHttps(tls);
                        PriorKnowledge.Use(listen);
                    }
                });
            }
        });
        var app = builder.Build();
        app.MapGrpcService<ControlService>();
        app.MapGrpcService<BridgeService>();
        app.MapGrpcService<ContentService>();
        app.MapGrpcService<HealthService>();
        return app;
    }

    /// <summary>
    /// Nothing of the host's defaults: they read appsettings.json and ASPNETCORE_* where the user happens to be, and watch every
    /// directory below for changes.
    /// </summary>
    public static WebApplicationBuilder CreateEmptyBuilder(LogConfiguration log)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        if (log.IsJson)
            builder.Logging.AddJsonConsole(console => console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ");
        else
            builder.Logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "yyyy-MM-ddTHH:mm:ssZ "));
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.SetMinimumLevel(log.Level);
        // What the server's own machinery says about each request is for those who look for a fault.
        if (log.Level is LogLevel.Information)
            builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Grpc", LogLevel.Warning);
        return builder;
    }

    // Streams live as long as a build, and carry whole contexts.
    private static void Configure(KestrelServerLimits limits)
    {
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.KeepAliveTimeout = TimeSpan.FromDays(1);
        limits.Http2.MaxStreamsPerConnection = 1000;
        limits.Http2.InitialConnectionWindowSize = 8 << 20;
        limits.Http2.InitialStreamWindowSize = 4 << 20;
    }
}
