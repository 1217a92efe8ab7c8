using Buildx.Cli.Values;
using Buildx.Client;

namespace Buildx.Cli.Building;

/// <summary>The ssh agents that a build may use: the user's own, and one for each set of key files.</summary>
internal sealed class SshAgents : IAsyncDisposable
{
    private readonly List<KeyAgent> _own = [];
    private readonly Dictionary<string, string> _sockets = [];

    /// <summary>By the agent's id.</summary>
    public IReadOnlyDictionary<string, string> Sockets => _sockets;

    /// <exception cref="CliException">A key can't be used.</exception>
    public static async Task<SshAgents> OpenAsync(IReadOnlyList<SshSpec> specs, CancellationToken cancellationToken)
    {
        var agents = new SshAgents();
        try
        {
            foreach (var spec in specs)
            {
                if (spec.Socket is null)
                    agents._own.Add(await KeyAgent.StartAsync(spec.Keys, cancellationToken));
                agents._sockets[spec.Id] = spec.Socket ?? agents._own[^1].Socket;
            }
            return agents;
        }
        catch
        {
            await agents.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _own)
            await agent.DisposeAsync();
    }
}
