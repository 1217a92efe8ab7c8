using Buildx.Protocol.Pb;

namespace Buildx.Llb;

/// <summary>A command to run on a file system.</summary>
public sealed record ExecSpecification
{
    /// <summary>The root file system; null for an empty one.</summary>
    public LlbOutput? Root { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary><c>NAME=value</c>.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    public string WorkingDirectory { get; init; } = "/";

    public string User { get; init; } = "";

    public string HostName { get; init; } = "";

    public string CgroupParent { get; init; } = "";

    public IReadOnlyList<(string Host, string Address)> ExtraHosts { get; init; } = [];

    public IReadOnlyList<Ulimit> Ulimits { get; init; } = [];

    public ProxyEnv? Proxy { get; init; }

    /// <summary>How the command may end; only with 0 if empty.</summary>
    public IReadOnlyList<int> ValidExitCodes { get; init; } = [];

    public NetMode Network { get; init; }

    public SecurityMode Security { get; init; }

    public IReadOnlyList<ExecMount> Mounts { get; init; } = [];

    public IReadOnlyList<ExecSecret> Secrets { get; init; } = [];

    public IReadOnlyList<ExecSshAgent> SshAgents { get; init; } = [];

    public IReadOnlyList<CDIDevice> Devices { get; init; } = [];
}
