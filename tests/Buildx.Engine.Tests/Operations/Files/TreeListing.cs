using Buildx.TestSupport;

namespace Buildx.Engine.Tests.Operations.Files;

/// <summary>Everything about a tree as text, to compare trees by.</summary>
internal static class TreeListing
{
    /// <summary>Name, kind, mode, owner, size, link, hard-link count, time and content of every file.</summary>
    public static Task<string> FullAsync(string directory) => ListAsync(directory, "%P|%y|%m|%U:%G|%l|%n|%T@\\n");

    /// <summary>The same without times and link counts.</summary>
    public static Task<string> ContentAsync(string directory) => ListAsync(directory, "%P|%y|%m|%U:%G|%l\\n");

    private static async Task<string> ListAsync(string directory, string format)
    {
        var script = $"""
            cd "$0" && find . -mindepth 1 ! -type d -printf '{format}' | LC_ALL=C sort
            find . -mindepth 1 -type d -printf '{format.Replace("|%n", "", StringComparison.Ordinal)}' | LC_ALL=C sort
            find . -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum
            """;
        return await Tool.RunAsync("sh", "-c", script, directory);
    }
}
