namespace Buildx.Dockerfile.Tests;

public sealed class ShellCommandListTests
{
    [Theory]
    [InlineData("a && b -x || c; d | e & f", "a|b -x|c|d|e|f")]
    [InlineData("A=1 B='2 3' go build \"$x y\" # c", "[A=1 B=2 3] go build $x y")]
    [InlineData("go build -X \"v=$(git describe --tags | tr a b)\" ./cmd", "git describe --tags|tr a b|go build -X v=$() ./cmd")]
    [InlineData("x=`date`; (cd a && b)", "date|[x=$()] |cd a|b")]
    [InlineData("if test a; then b; else ! c; fi", "test a|b|c|fi")]
    [InlineData("a \\\n  b\\ c", "a b c")]
    [InlineData("a 'b", null)]
    [InlineData("a $(b", null)]
    public void A_text_is_cut_into_the_programs_it_runs(string text, string? expected) => Assert.Equal(
        expected,
        ShellCommandList.Read(text) is { } commands
            ? string.Join('|', commands.Select(command => (command.Assignments.Count > 0 ? $"[{string.Join(' ', command.Assignments)}] " : "") + string.Join(' ', command.Words)))
            : null);
}
