namespace Buildx.Linux.Processes;

/// <summary>The signals that are sent here.</summary>
public enum ProcessSignal
{
    /// <summary>Sends nothing: only checks that the process is there.</summary>
    None = 0,
    Hangup = 1,
    Interrupt = 2,
    Quit = 3,
    Kill = 9,
    Terminate = 15,
}
