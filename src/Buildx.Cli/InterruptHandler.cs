using System.Runtime.InteropServices;

namespace Buildx.Cli;

/// <summary>The first Ctrl-C (or SIGTERM) cancels and lets everything clean up; the second one quits at once.</summary>
internal sealed class InterruptHandler : IDisposable
{
    private readonly CancellationTokenSource _cancellation;
    private readonly TextWriter _error;
    private readonly PosixSignalRegistration[] _registrations;

    private InterruptHandler(CancellationTokenSource cancellation, TextWriter error)
    {
        (_cancellation, _error) = (cancellation, error);
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];
    }

    public static InterruptHandler Install(CancellationTokenSource cancellation, TextWriter error) => new(cancellation, error);

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }

    private void Handle(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (_cancellation.IsCancellationRequested)
        {
            _error.WriteLine("quitting without cleaning up");
            Environment.Exit(130);
        }
        _cancellation.Cancel();
    }
}
