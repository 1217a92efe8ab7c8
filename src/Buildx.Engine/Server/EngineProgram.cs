using Buildx.Engine.Execution;
using Buildx.Engine.Execution.Bootstrap;
using Buildx.Engine.Server.Configuration;
using Buildx.Engine.Server.Diagnostics;
using Buildx.Engine.Server.Listening;
using Buildx.Engine.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Buildx.Engine.Server;

/// <summary>The engine as a program: buildkitd's flags, start, idle exit, stop.</summary>
public static class EngineProgram
{
    /// <summary>Runs until a signal, the idle timeout or <paramref name="cancellationToken"/> ends it.</summary>
    /// <param name="args">buildkitd's flags.</param>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        try
        {
            var flags = BuildkitdFlags.Parse(args);
            if (flags.GetBoolean("help") is true)
            {
                await Console.Out.WriteAsync(BuildkitdFlags.Help());
                return 0;
            }
            if (flags.GetBoolean("version") is true)
            {
                var version = WorkerDescription.Version();
                Console.WriteLine($"buildkitd {version.Package} {version.Version} {version.Revision}".TrimEnd());
                return 0;
            }
            if (flags.GetBoolean("remove-state") is true)
            {
                StateRemoval.Run(flags.Get("root") ?? throw new ConfigurationException("--remove-state needs --root"));
                return 0;
            }
            var configuration = ConfigurationReader.Read(flags, out var warnings);
            EngineBootstrap.Enter(warning => Console.Error.WriteLine($"warning: {warning}"));
            using var signals = new StopSignals();
            await RunAsync(configuration, warnings, signals, cancellationToken);
            if (!signals.IsStopped)
                return 0;
            // As buildkitd: an end by a signal is not an end of its own accord.
            await Console.Error.WriteLineAsync("buildkitd: got SIGTERM/SIGINT, forcing shutdown");
            return 1;
        }
        catch (Exception e) when (e is ConfigurationException or EngineBootstrapException or StorageException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            await Console.Error.WriteLineAsync($"buildkitd: {e.Message}");
            return 1;
        }
    }

    private static async Task RunAsync(
        EngineConfiguration configuration, IReadOnlyList<string> warnings, StopSignals signals, CancellationToken cancellationToken)
    {
        // The server is put together while the store is opened: each takes as long.
        Engine? opened = null;
        var creating = Task.Run(() => EngineHost.Create(configuration, () => opened!), cancellationToken);
        await using var engine = opened = await Engine.OpenAsync(configuration, ChildCommand.Self(), TimeProvider.System, cancellationToken);
        await using var app = await creating;
        await using var debug = configuration.DebugAddress is { } address ? DebugServer.Create(engine, address) : null;
        await using var stop = cancellationToken.Register(app.Lifetime.StopApplication);
        using var signalled = signals.OnStop(app.Lifetime.StopApplication);
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("buildkitd");
        foreach (var warning in warnings.Concat(UnsafeAddresses(configuration)))
            log.Warn(warning);
        app.Lifetime.ApplicationStopping.Register(() =>
        {
            log.Stopping();
            ServiceManager.TellStopping();
            engine.Control.Stop();
        });
        await app.StartAsync(cancellationToken);
        if (configuration.SocketOwner is { } owner)
            Listeners.SetOwner(configuration.Addresses, owner);
        if (debug is not null)
        {
            await debug.StartAsync(cancellationToken);
            log.DebugPagesOn(string.Join(", ", debug.Urls));
        }
        foreach (var running in app.Urls)
            log.RunningOn(ShowAddress(running));
        ServiceManager.TellReady();
        if (configuration.IdleTimeout is { } timeout)
            _ = StopWhenIdleAsync(engine.Activity, timeout, app.Lifetime);
        await app.WaitForShutdownAsync(CancellationToken.None);
    }

    /// <summary>As buildkitd shows it: a socket's path, or address and port.</summary>
    private static string ShowAddress(string url)
    {
        foreach (var prefix in (ReadOnlySpan<string>)["http://unix:", "https://", "http://"])
        {
            if (url.StartsWith(prefix, StringComparison.Ordinal))
                return url[prefix.Length..];
        }
        return url;
    }

    private static IEnumerable<string> UnsafeAddresses(EngineConfiguration configuration)
    {
        foreach (var address in configuration.Addresses)
        {
            if (address is ListenAddress.Tcp && configuration.Tls is null)
                yield return $"TLS is not enabled for {address}: whoever reaches it may build, and so run programs, on this machine; set --tlscert, --tlskey and --tlscacert";
            else if (address is ListenAddress.Tcp && configuration.Tls is { Authority: null })
                yield return $"clients' certificates are not checked at {address}: whoever reaches it may build, and so run programs, on this machine; set --tlscacert";
            else if (address is ListenAddress.Unix && configuration.Tls is not null)
                yield return $"TLS is disabled for {address}";
        }
    }

    private static async Task StopWhenIdleAsync(EngineActivity activity, TimeSpan timeout, IHostApplicationLifetime lifetime)
    {
        while (!lifetime.ApplicationStopping.IsCancellationRequested)
        {
            var left = timeout - activity.IdleTime;
            if (left <= TimeSpan.Zero)
            {
                lifetime.StopApplication();
                return;
            }
            await Task.Delay(left + TimeSpan.FromMilliseconds(50), lifetime.ApplicationStopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
