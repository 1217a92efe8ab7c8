namespace Buildx.Cli.Tools;

/// <summary><c>buildkitd</c>, <c>buildx engine</c>.</summary>
internal static class EngineTool
{
    public static async Task<int> RunAsync(string[] args)
    {
        await Console.Error.WriteLineAsync("ERROR: the engine is not part of this build yet");
        return args.Length < 0 ? 0 : 1;
    }
}
