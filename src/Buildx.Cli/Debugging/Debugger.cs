using Buildx.Client;
using Buildx.Client.Debugging;
using Buildx.Client.Progress;
using Source = Buildx.Protocol.Errors.Source;

namespace Buildx.Cli.Debugging;

/// <summary>Opens the monitor when a build has failed, or whenever it is asked for; lives through all the builds of a command.</summary>
internal sealed class Debugger(CliContext context, DebugRequest request)
{
    // The news of how a step ended may come behind the news that it did.
    private static readonly TimeSpan LastNews = TimeSpan.FromMilliseconds(500);

    private Keyboard? _keyboard;

    /// <param name="rename">Gives the Dockerfile the name that the user knows.</param>
    /// <returns>False: it shall be built anew.</returns>
    public async Task<bool> PauseAsync(PausedBuild build, PausableDisplay display, Func<Source, Source> rename, CancellationToken cancellationToken)
    {
        if (build.Failure is null && !request.Always)
            return true;
        await Task.WhenAny(display.Failed, Task.Delay(LastNews, cancellationToken));
        display.Pause();
        if (build.Failure is { } failure)
            Tell(failure, rename);
        var end = await OpenAsync(build, cancellationToken);
        if (end == MonitorEnd.Exit && build.Failure is null)
            display.Resume();
        return end == MonitorEnd.Exit;
    }

    private async Task<MonitorEnd> OpenAsync(PausedBuild build, CancellationToken cancellationToken)
    {
        var hasTerminal = !Console.IsInputRedirected && !Console.IsOutputRedirected;
        await using var session = new DebugSession(build, request.Invoke, hasTerminal);
        return hasTerminal
            ? await TerminalFront.RunAsync(session, _keyboard ??= new Keyboard(), cancellationToken)
            : await new ScriptFront(context, session).RunAsync(cancellationToken);
    }

    private void Tell(SolveException failure, Func<Source, Source> rename)
    {
        foreach (var source in failure.Details.Sources)
            FailureReport.WriteSource(context.Error, rename(source));
        context.Error.WriteLine("ERROR: " + failure.Message);
    }
}
