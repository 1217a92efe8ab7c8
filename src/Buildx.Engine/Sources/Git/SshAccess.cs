using System.Collections.Immutable;
using Buildx.Engine.Operations.Exec;
using Buildx.Engine.Solving;
using Buildx.Linux.Processes;

namespace Buildx.Engine.Sources.Git;

/// <summary>
/// How git reaches a remote through ssh: with the client's agent and its list of known hosts. Nothing of the machine's own ssh
/// settings and keys has a part in it.
/// </summary>
internal sealed class SshAccess : IAsyncDisposable
{
    private readonly AgentSocket? _agent;
    private readonly DirectoryInfo _directory;
    private readonly bool _isHostKnown;

    private SshAccess(AgentSocket? agent, DirectoryInfo directory, bool isHostKnown) => (_agent, _directory, _isHostKnown) = (agent, directory, isHostKnown);

    private string KnownHostsFile => Path.Combine(_directory.FullName, "known_hosts");

    // A host that nobody has told us about is trusted when it is seen first, as the client's scan would do it.
    public ImmutableArray<string> Environment =>
    [
        "GIT_SSH_VARIANT=ssh",
        "GIT_SSH_COMMAND=ssh -F /dev/null -o BatchMode=yes -o IdentityFile=none -o GlobalKnownHostsFile=/dev/null"
            + $" -o UserKnownHostsFile='\"{KnownHostsFile}\"' -o StrictHostKeyChecking={(_isHostKnown ? "yes" : "accept-new")} -o LogLevel=ERROR",
        .. _agent is null ? ImmutableArray<string>.Empty : [$"SSH_AUTH_SOCK={_agent.Path}"],
    ];

    /// <exception cref="SourceException">No client forwards the agent, or there is no ssh here.</exception>
    public static async Task<SshAccess> OpenAsync(GitSourceRequest request, BuildContext build, string temporaryPath, CancellationToken cancellationToken)
    {
        if (ExecutableSearch.Find("ssh") is null)
            throw new SourceException($"{request} is reached through ssh, which is not installed where the engine runs: install the package openssh-client");
        AgentSocket? agent = null;
        if (request.SshAgent.Length > 0)
        {
            agent = await AgentSocket.TryOpenAsync(
                build, request.SshAgent, temporaryPath, 0, 0, 0b110_000_000, cancellationToken)
                ?? throw new SourceException($"{request} is reached through ssh: {MissingAgent.Explain(request.SshAgent)}");
        }
        var access = new SshAccess(agent, Directory.CreateDirectory(Path.Combine(temporaryPath, "known-" + Guid.NewGuid().ToString("N"))), request.KnownHosts.Length > 0);
        await File.WriteAllTextAsync(access.KnownHostsFile, request.KnownHosts, cancellationToken);
        return access;
    }

    public async ValueTask DisposeAsync()
    {
        if (_agent is not null)
            await _agent.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
