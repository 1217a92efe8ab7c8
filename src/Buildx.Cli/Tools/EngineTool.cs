using Buildx.Engine.Server;

namespace Buildx.Cli.Tools;

/// <summary>The engine as a daemon: <c>buildx engine</c>, or called as <c>buildkitd</c>.</summary>
internal static class EngineTool
{
    public static Task<int> RunAsync(IReadOnlyList<string> args) => EngineProgram.RunAsync(args, CancellationToken.None);
}
