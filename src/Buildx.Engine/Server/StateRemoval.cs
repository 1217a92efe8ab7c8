using Buildx.Engine.Execution.Bootstrap;
using Buildx.Linux;

namespace Buildx.Engine.Server;

/// <summary>
/// Removes what an engine that has ended kept on disk. An ordinary user's engine keeps files that belong to subordinate ids:
/// only the engine's own user namespace may remove them.
/// </summary>
internal static class StateRemoval
{
    public static void Run(string root)
    {
        EngineBootstrap.EnterNamespaces(static _ => { });
        FileSystem.RemoveTreeAt(null, Path.GetFullPath(root));
    }
}
