namespace Buildx.Cli;

/// <summary>The multi-call executable: chooses what to be by <c>argv[0]</c> or by the first argument.</summary>
internal static class Executable
{
    public static Task<int> RunAsync(string[] args) => Task.FromResult(args.Length);
}
