using Buildx.Protocol.Sessions;

namespace Buildx.Engine.Operations.Exec;

internal static class MissingAgent
{
    public static string Explain(string id)
    {
        var name = id.Length > 0 ? id : SessionStreams.DefaultAgent;
        return $"no ssh agent \"{name}\" is forwarded: pass it with --ssh {name} (the agent that runs), --ssh {name}=SOCKET or --ssh {name}=KEY";
    }
}
