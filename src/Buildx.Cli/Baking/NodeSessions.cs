using Buildx.Cli.Builders;
using Buildx.Client;

namespace Buildx.Cli.Baking;

/// <summary>The directories of all targets of a run, served to each node once.</summary>
internal sealed class NodeSessions : IAsyncDisposable
{
    private readonly Dictionary<string, SharedSession> _sessions = new(StringComparer.Ordinal);

    private NodeSessions()
    {
    }

    public static async Task<NodeSessions> OpenAsync(IEnumerable<BuilderNode> nodes, SharedDirectories directories, string sharedKey, CancellationToken cancellationToken)
    {
        var sessions = new NodeSessions();
        try
        {
            foreach (var node in nodes)
            {
                var client = await node.ConnectAsync(cancellationToken);
                if (directories.ByName is { Count: > 0 } byName)
                    sessions._sessions[node.Name] = await client.ShareAsync(byName, sharedKey, cancellationToken);
            }
            return sessions;
        }
        catch
        {
            await sessions.DisposeAsync();
            throw;
        }
    }

    public SharedSession? Of(BuilderNode node) => _sessions.GetValueOrDefault(node.Name);

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions.Values)
            await session.DisposeAsync();
    }
}
