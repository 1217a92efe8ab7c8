using Buildx.Client.Progress;
using Buildx.Linux.Processes;

namespace Buildx.Cli.Terminal;

/// <summary>The terminal behind standard error.</summary>
internal sealed class ErrorTerminal : ITerminal
{
    private const int StandardError = 2;

    private ErrorTerminal()
    {
    }

    /// <summary>Null when standard error is no terminal.</summary>
    public static ErrorTerminal? Find() => Console.IsErrorRedirected ? null : new ErrorTerminal();

    /// <summary>Whether it knows how to move its cursor.</summary>
    public static bool CanDraw => Environment.GetEnvironmentVariable("TERM") is not ("dumb" or "");

    // .NET's own asks standard output, which may be a file.
    public (int Width, int Height) Size => TerminalWindow.FindSize(StandardError) ?? (80, 24);

    /// <summary>Writes each frame at once, where the console's own writer would do it piece by piece.</summary>
    public static TextWriter Open() => new StreamWriter(Console.OpenStandardError(), bufferSize: 1 << 16, leaveOpen: true);
}
