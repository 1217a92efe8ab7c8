namespace Buildx.Linux.Processes;

/// <summary>The window of the terminal that a process was started in.</summary>
public static unsafe class TerminalWindow
{
    private const nuint GetWindowSize = 0x5413;

    /// <param name="descriptor">2 for standard error.</param>
    /// <returns>Null when there is no terminal behind it, or one that does not know.</returns>
    public static (int Columns, int Rows)? FindSize(int descriptor)
    {
        var size = default(ProcessCalls.WindowSize);
        return ProcessCalls.WindowSizeCall(descriptor, GetWindowSize, &size) == 0 && size is { Columns: > 0, Rows: > 0 } ? (size.Columns, size.Rows) : null;
    }
}
