namespace Buildx.Cli.Debugging;

/// <summary>What comes after the monitor.</summary>
internal enum MonitorEnd
{
    /// <summary>The build goes on to its end.</summary>
    Exit,

    /// <summary>It is built anew.</summary>
    Reload,
}
