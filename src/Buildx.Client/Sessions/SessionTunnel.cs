using Buildx.Protocol.ControlApi;
using Buildx.Protocol.Sessions;

namespace Buildx.Client;

/// <summary>Opens the stream through which a daemon calls what a client serves.</summary>
internal static class SessionTunnel
{
    public static async Task<Stream> OpenAsync(
        Control.ControlClient control, BuildkitConnector connector, string id, SessionServer server, string sharedKey,
        IReadOnlyDictionary<string, string> directories, CancellationToken cancellationToken)
    {
        var headers = new SessionHeaders
        {
            Id = id,
            SharedKey = sharedKey,
            Methods = server.Methods,
            LocalDirectories = connector.SharesFiles
                ? directories.ToDictionary(entry => entry.Key, entry => Path.GetFullPath(entry.Value))
                : new Dictionary<string, string>(),
        };
        return await connector.OpenSessionAsync(headers, cancellationToken)
            ?? SessionTunnelStream.FromClientCall(control.Session(headers.ToMetadata(), cancellationToken: CancellationToken.None));
    }

    /// <summary>As BuildKit's own ids: 25 letters and digits.</summary>
    public static string NewId() => System.Security.Cryptography.RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", 25);
}
