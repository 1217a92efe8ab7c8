using System.Runtime.InteropServices;

namespace Buildx.Engine.Server;

/// <summary>SIGTERM and SIGINT: the first stops the engine in good order, the third ends the process at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private const int AtOnce = 3;

    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _interrupt;
    private int _count;

    public StopSignals()
    {
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle);
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle);
    }

    public bool IsStopped => Volatile.Read(ref _count) > 0;

    public CancellationTokenRegistration OnStop(Action stop) => _stop.Token.Register(stop);

    public void Dispose()
    {
        _terminate.Dispose();
        _interrupt.Dispose();
        _stop.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        switch (Interlocked.Increment(ref _count))
        {
            case 1:
                // Not in the signal's own thread, which further signals need.
                _ = Task.Run(_stop.Cancel);
                break;
            case AtOnce:
                Console.Error.WriteLine("buildkitd: got 3 SIGTERM/SIGINTs, forcibly terminating");
                Environment.Exit(1);
                break;
        }
    }
}
