using System.Collections.Immutable;

namespace Buildx.Engine.Execution;

/// <param name="WorkDirectory">For bundles and the runtime's state. Belongs to this engine alone and is emptied when it starts.</param>
internal sealed record ExecutionOptions(string WorkDirectory)
{
    public ChildCommand Child { get; init; } = ChildCommand.Self();

    /// <summary>An OCI runtime to use instead of crun or runc: a name or a path.</summary>
    public string? Runtime { get; init; }

    /// <summary>Where steps' limits are applied, when the runtime may manage cgroups.</summary>
    public string? CgroupParent { get; init; }

    public ImmutableArray<string> DnsServers { get; init; } = [];
    public ImmutableArray<string> DnsSearchDomains { get; init; } = [];
    public ImmutableArray<string> DnsOptions { get; init; } = [];
}
