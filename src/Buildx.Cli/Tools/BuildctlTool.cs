namespace Buildx.Cli.Tools;

/// <summary><c>buildctl</c>, as far as drivers and health checks call it.</summary>
internal static class BuildctlTool
{
    public static Task<int> RunAsync(string[] args) => Task.FromResult(args.Length < 0 ? 0 : 1);
}
