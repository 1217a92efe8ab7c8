namespace Buildx.Cli;

/// <summary>An expected failure: its message is for the user and says what to do.</summary>
internal sealed class CliException(string message, int exitCode = 1, Exception? innerException = null) : Exception(message, innerException)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>What people at a terminal may try next, line by line.</summary>
    public IReadOnlyList<string> Hints { get; init; } = [];
}
