namespace Buildx.Cli.Debugging;

/// <summary>When a build is looked into, and by what.</summary>
/// <param name="Always">Also when nothing has failed.</param>
internal sealed record DebugRequest(InvokeSpec Invoke, bool Always);
