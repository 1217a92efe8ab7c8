namespace Buildx.Drivers;

/// <summary>The state of a node, named as Buildx names it.</summary>
public enum DriverStatus
{
    /// <summary>There is no engine, and no state of one.</summary>
    Inactive,

    Starting,

    Running,

    Stopping,

    /// <summary>The engine isn't running; its state is there.</summary>
    Stopped,
}
