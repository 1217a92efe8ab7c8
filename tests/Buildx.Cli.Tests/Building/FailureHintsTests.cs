using Buildx.Cli.Building;

namespace Buildx.Cli.Tests.Building;

public sealed class FailureHintsTests
{
    [Theory]
    [InlineData(126, "can't be run")]
    [InlineData(127, "was not found")]
    [InlineData(137, "memory ran out")]
    [InlineData(139, "crashed")]
    public void What_an_exit_code_means_is_told(int code, string meaning)
    {
        var hints = FailureHints.Of($"failed to solve: process \"/bin/sh -c make\" did not complete successfully: exit code: {code}", "abc", "docker buildx");

        Assert.Contains(meaning, hints[0], StringComparison.Ordinal);
        Assert.Equal("the whole log: docker buildx history logs abc", hints[1]);
    }

    [Fact]
    public void Nothing_is_guessed_about_a_program_s_own_codes() =>
        Assert.Equal(["the whole log: buildx history logs abc"], FailureHints.Of("process \"x\" did not complete successfully: exit code: 2", "abc", "buildx"));

    [Theory]
    [InlineData("failed to solve: there is no stage app")]
    [InlineData("exit code: 2 was expected")]
    public void Where_no_program_failed_there_is_nothing_to_say(string error) => Assert.Empty(FailureHints.Of(error, "abc", "buildx"));

    [Fact]
    public void A_build_without_a_record_has_no_log_to_be_read() => Assert.Empty(FailureHints.Of("exit code: 2", "", "buildx"));
}
