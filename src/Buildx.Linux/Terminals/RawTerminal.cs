using Buildx.Linux.Processes;

namespace Buildx.Linux.Terminals;

/// <summary>
/// The terminal behind a descriptor, which hands over every key as it is typed and shows what is written as it is, until it is
/// disposed, or the process exits.
/// </summary>
public sealed unsafe class RawTerminal : IDisposable
{
    private readonly int _descriptor;
    private readonly byte[] _before;
    private bool _isRestored;

    private RawTerminal(int descriptor, byte[] before) => (_descriptor, _before) = (descriptor, before);

    /// <exception cref="LinuxException">There is no terminal.</exception>
    public static RawTerminal Enter(int descriptor)
    {
        var before = new byte[TerminalCalls.SettingsSize];
        fixed (byte* settings = before)
        {
            if (TerminalCalls.GetSettings(descriptor, settings) < 0)
                throw LinuxException.FromLastError("tcgetattr", "the terminal");
        }
        var terminal = new RawTerminal(descriptor, before);
        fixed (byte* settings = before.ToArray())
        {
            TerminalCalls.MakeRaw(settings);
            if (TerminalCalls.SetSettings(descriptor, TerminalCalls.WhenDrained, settings) < 0)
                throw LinuxException.FromLastError("tcsetattr", "the terminal");
        }
        // Nobody wants a shell that shows nothing, however this process ends.
        AppDomain.CurrentDomain.ProcessExit += terminal.OnExit;
        return terminal;
    }

    /// <summary>The window; null from a terminal that doesn't know.</summary>
    public (int Columns, int Rows)? Size => TerminalWindow.FindSize(_descriptor);

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        Restore();
    }

    private void OnExit(object? sender, EventArgs e) => Restore();

    private void Restore()
    {
        if (_isRestored)
            return;
        _isRestored = true;
        fixed (byte* settings = _before)
            _ = TerminalCalls.SetSettings(_descriptor, TerminalCalls.WhenDrained, settings);
    }
}
