using Buildx.Engine.Execution;
using Buildx.Engine.Execution.Bootstrap;
using Buildx.Engine.Server.Configuration;
using Buildx.Engine.Storage;
using Microsoft.Extensions.Hosting;

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
            foreach (var warning in warnings)
                await Console.Error.WriteLineAsync($"warning: {warning}");
            EngineBootstrap.Enter(warning => Console.Error.WriteLine($"warning: {warning}"));
            await RunAsync(configuration, cancellationToken);
            return 0;
        }
        catch (Exception e) when (e is ConfigurationException or EngineBootstrapException or StorageException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            await Console.Error.WriteLineAsync($"buildkitd: {e.Message}");
            return 1;
        }
    }

    private static async Task RunAsync(EngineConfiguration configuration, CancellationToken cancellationToken)
    {
        await using var engine = await Engine.OpenAsync(configuration, ChildCommand.Self(), TimeProvider.System, cancellationToken);
        await using var app = EngineHost.Create(engine);
        await using var stop = cancellationToken.Register(app.Lifetime.StopApplication);
        app.Lifetime.ApplicationStopping.Register(engine.Control.Stop);
        await app.StartAsync(cancellationToken);
        if (configuration.IdleTimeout is { } timeout)
            _ = StopWhenIdleAsync(engine.Activity, timeout, app.Lifetime);
        await app.WaitForShutdownAsync(CancellationToken.None);
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
