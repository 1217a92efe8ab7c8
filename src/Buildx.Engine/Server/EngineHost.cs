using Buildx.Engine.Server.Services;
using Buildx.Linux;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Buildx.Engine.Server;

/// <summary>The engine's gRPC server on its Unix sockets.</summary>
internal static class EngineHost
{
    public static WebApplication Create(Engine engine)
    {
        // Nothing of the host's defaults: they read appsettings.json and ASPNETCORE_* where the user happens to be, and watch every
        // directory below for changes.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Logging.SetMinimumLevel(engine.Configuration.Debug ? LogLevel.Debug : LogLevel.Warning);
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = null;
            grpc.MaxSendMessageSize = null;
        });
        builder.Services.AddSingleton(engine.Control);
        builder.Services.AddSingleton(engine.Bridge);
        builder.Services.AddSingleton<HealthService>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            Configure(kestrel.Limits);
            foreach (var address in engine.Configuration.Addresses)
            {
                kestrel.ListenUnixSocket(PrepareSocket(address), listen =>
                {
                    listen.Protocols = HttpProtocols.Http2;
                    listen.Use(PeerCheck.Enforce);
                });
            }
        });
        var app = builder.Build();
        app.MapGrpcService<ControlService>();
        app.MapGrpcService<BridgeService>();
        app.MapGrpcService<HealthService>();
        return app;
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

    /// <summary>The socket's directory is the user's alone; a socket that an engine left behind when it was killed goes.</summary>
    private static string PrepareSocket(string address)
    {
        var path = address["unix://".Length..];
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(directory))
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        FileSystem.RemoveFileAt(null, path);
        return path;
    }
}
