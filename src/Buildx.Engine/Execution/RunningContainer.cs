namespace Buildx.Engine.Execution;

/// <summary>A container while its first process runs: what it takes to start others beside it.</summary>
/// <param name="Id">As the runtime knows it.</param>
/// <param name="Directory">For the files of those others.</param>
/// <param name="ManagesCgroups">Whether the runtime made a cgroup for it.</param>
internal sealed record RunningContainer(string Id, string Directory, RuntimeRun Run, ExecutionSpec Spec, bool ManagesCgroups);
