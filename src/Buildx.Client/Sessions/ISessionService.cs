using Buildx.Protocol.Sessions;

namespace Buildx.Client;

/// <summary>Something that the client serves to the daemon during a build: credentials, secrets, ssh agents, …</summary>
public interface ISessionService
{
    void Register(SessionServer server);
}
