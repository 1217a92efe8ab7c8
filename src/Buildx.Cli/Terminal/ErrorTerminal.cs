using Buildx.Client.Progress;

namespace Buildx.Cli.Terminal;

/// <summary>The terminal behind standard error.</summary>
internal sealed class ErrorTerminal : ITerminal
{
    private ErrorTerminal()
    {
    }

    /// <summary>Null when standard error is no terminal.</summary>
    public static ErrorTerminal? Find() => Console.IsErrorRedirected ? null : new ErrorTerminal();

    public (int Width, int Height) Size
    {
        get
        {
            try
            {
                return (Console.WindowWidth, Console.WindowHeight);
            }
            catch (IOException)
            {
                return (80, 24);
            }
        }
    }
}
