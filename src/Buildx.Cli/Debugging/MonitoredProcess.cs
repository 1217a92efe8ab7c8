using Buildx.Client.Debugging;

namespace Buildx.Cli.Debugging;

/// <param name="Id">By which the monitor's commands name it.</param>
/// <param name="OnlyKeepsContainer">It does nothing, so that others can run one after the other in the same container.</param>
internal sealed record MonitoredProcess(string Id, ContainerProgram Program, ContainerProcess Process, ProcessOutput Output, bool OnlyKeepsContainer)
{
    public string Command => string.Join(' ', Program.Entrypoint.Concat(Program.Arguments));

    public Task<ProcessEnd> Completion => Process.Completion;

    /// <summary>How it ended, in words; null when it went well.</summary>
    public static string? Describe(ProcessEnd end) => end switch
    {
        { Error: { } error } => error,
        { ExitCode: 0 } => null,
        _ => $"exit code {end.ExitCode}",
    };
}
