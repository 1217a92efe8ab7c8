using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Buildx.Engine.Server.Listening;

/// <summary>
/// HTTP/2 over TLS without ALPN: Buildx's remote driver encrypts its connection itself and offers no protocol in the handshake,
/// which buildkitd does not mind.
/// </summary>
internal sealed class PriorKnowledge : ITlsApplicationProtocolFeature
{
    private static readonly PriorKnowledge Instance = new();

    public ReadOnlyMemory<byte> ApplicationProtocol { get; } = "h2"u8.ToArray();

    /// <summary>To be used after TLS.</summary>
    public static void Use(ListenOptions listen) => listen.Use(next => connection =>
    {
        if (connection.Features.Get<ITlsApplicationProtocolFeature>() is { ApplicationProtocol.IsEmpty: true })
            connection.Features.Set<ITlsApplicationProtocolFeature>(Instance);
        return next(connection);
    });
}
