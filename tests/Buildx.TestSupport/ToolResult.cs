namespace Buildx.TestSupport;

/// <summary>How a program ended.</summary>
public sealed record ToolResult(int ExitCode, string Output, string Error, TimeSpan Time)
{
    /// <summary>stdout and stderr, for assertions about either.</summary>
    public string All => Output + Error;
}
