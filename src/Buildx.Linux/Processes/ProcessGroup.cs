namespace Buildx.Linux.Processes;

/// <summary>Who shares a terminal's signals (Ctrl-C) with a started program.</summary>
public enum ProcessGroup
{
    /// <summary>This process.</summary>
    Same,

    /// <summary>Nobody.</summary>
    New,

    /// <summary>Nobody, and it has no terminal either: for daemons.</summary>
    NewSession,
}
