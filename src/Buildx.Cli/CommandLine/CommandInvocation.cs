using System.CommandLine;

namespace Buildx.Cli.CommandLine;

/// <summary>A parsed command line: flags by option, arguments in order.</summary>
internal sealed record CommandInvocation(ParseResult Result, IReadOnlyList<string> Arguments)
{
    public string? FirstArgument => Arguments.Count > 0 ? Arguments[0] : null;

    public T? Get<T>(Option<T> option) => Result.GetValue(option);

    public IReadOnlyList<string> Get(Option<string[]> option) => Result.GetValue(option) ?? [];

    public bool IsGiven(Option option) => Result.GetResult(option) is { Implicit: false };
}
