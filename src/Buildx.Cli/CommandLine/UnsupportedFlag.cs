using System.CommandLine;

namespace Buildx.Cli.CommandLine;

internal sealed record UnsupportedFlag(Option Option)
{
    /// <summary>Whether it asks for something: <c>--flag=false</c> asks for nothing.</summary>
    public bool IsUsedIn(CommandInvocation invocation) =>
        invocation.IsGiven(Option) && (Option is not Option<bool> flag || invocation.Get(flag));
}
