namespace Buildx.Cli.Terminal;

/// <summary>Asks before something is lost.</summary>
internal static class Confirmation
{
    public static bool Ask(TextWriter output, string question)
    {
        output.Write(question + " [y/N] ");
        output.Flush();
        return Console.In.ReadLine()?.Trim().ToLowerInvariant() is "y" or "yes";
    }
}
