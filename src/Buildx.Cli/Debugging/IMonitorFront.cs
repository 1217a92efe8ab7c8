namespace Buildx.Cli.Debugging;

/// <summary>Where the monitor's commands come from and where their output goes.</summary>
internal interface IMonitorFront
{
    /// <summary>The process whose input and output are here.</summary>
    MonitoredProcess? Attached { get; }

    void WriteLine(string line);

    /// <summary>Tells of something that nobody asked for.</summary>
    void Note(string line);

    /// <summary>Joins a process with the input and output.</summary>
    Task AttachAsync(MonitoredProcess process, CancellationToken cancellationToken);
}
