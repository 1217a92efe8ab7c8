using System.Collections.Immutable;
using Buildx.Engine.Execution.Devices;
using Buildx.Oci;

namespace Buildx.Engine.Execution;

/// <summary>Runs one process in a container made for it.</summary>
internal interface IExecutor
{
    /// <summary>Runs to the end and returns the exit code. Cancelling kills the whole container before the task ends.</summary>
    /// <exception cref="ExecutionException">The container could not be started; the message says why and what to do.</exception>
    /// <param name="control">Whoever talks to the process while it runs; null for a step of a build.</param>
    Task<int> RunAsync(ExecutionSpec spec, IExecutionOutput output, CancellationToken cancellationToken, ProcessControl? control = null);

    /// <summary>Runs one more process in a container that runs already.</summary>
    /// <param name="spec">What is to run; where and with which mounts is the container's.</param>
    /// <param name="first">The container's first process.</param>
    /// <exception cref="ExecutionException">It could not be started, e.g. because the container has ended.</exception>
    Task<int> RunInsideAsync(ExecutionSpec spec, ProcessControl first, IExecutionOutput output, ProcessControl control, CancellationToken cancellationToken);
}

internal interface IExecutionOutput
{
    /// <param name="stream">1 is stdout, 2 is stderr.</param>
    void Write(int stream, ReadOnlySpan<byte> data);
}

/// <param name="RootPath">The container's root, mounted in the engine's namespace. Writable unless <paramref name="ReadOnlyRoot"/>.</param>
/// <param name="User">As in <c>USER</c>: name, uid, name:group, uid:gid; empty is root. Names are looked up in the root's own files.</param>
internal sealed record ExecutionSpec(
    string RootPath,
    bool ReadOnlyRoot,
    ImmutableArray<string> Args,
    ImmutableArray<string> Env,
    string WorkingDirectory,
    string User,
    Platform Platform)
{
    public ImmutableArray<ExecutionMount> Mounts { get; init; } = [];
    public NetworkMode Network { get; init; }
    public bool Insecure { get; init; }
    public string Hostname { get; init; } = "buildkitsandbox";
    public ImmutableArray<(string Host, string Address)> ExtraHosts { get; init; } = [];
    public ImmutableArray<ExecutionUlimit> Ulimits { get; init; } = [];
    public ExecutionResources? Resources { get; init; }
    public string? CgroupParent { get; init; }

    /// <summary>What the devices need that the process may use.</summary>
    public ContainerEdits Devices { get; init; } = ContainerEdits.None;

    /// <summary>Remove what had to be made under the root to mount onto, when the process has ended.</summary>
    public bool RemoveMountStubs { get; init; } = true;

    /// <summary>The process gets a terminal of its own.</summary>
    public bool HasTerminal { get; init; }
}

internal enum NetworkMode { Default, Host, None }

/// <summary>Something that appears at <paramref name="Destination"/> inside the container.</summary>
internal abstract record ExecutionMount(string Destination);

/// <param name="Source">Directory or file in the engine's namespace.</param>
internal sealed record BindExecutionMount(string Destination, string Source, bool ReadOnly) : ExecutionMount(Destination);

/// <param name="Size">Bytes; 0 is the kernel's default.</param>
internal sealed record TmpfsExecutionMount(string Destination, long Size) : ExecutionMount(Destination);

internal sealed record ExecutionUlimit(string Name, long Soft, long Hard);

internal sealed record ExecutionResources(
    long Memory, long MemorySwap, ulong CpuShares, ulong CpuPeriod, long CpuQuota, string CpusetCpus, string CpusetMems);

/// <summary>A container that could not be started. The message is for users.</summary>
internal sealed class ExecutionException(string message, Exception? inner = null) : Exception(message, inner);
