using Buildx.Protocol.Authentication;
using Buildx.Protocol.Sessions;

namespace Buildx.Client;

/// <summary>
/// Serves credentials. Fetching tokens on the daemon's behalf is not offered; daemons then use the credentials themselves.
/// </summary>
internal sealed class CredentialService(ICredentialProvider provider) : ISessionService
{
    public void Register(SessionServer server) =>
        server.MapUnary("/moby.filesync.v1.Auth/Credentials", CredentialsRequest.Parser, async (request, _, cancellationToken) =>
        {
            var credentials = await provider.GetCredentialsAsync(request.Host, cancellationToken);
            return new CredentialsResponse { Username = credentials?.Username ?? "", Secret = credentials?.Secret ?? "" };
        });
}
