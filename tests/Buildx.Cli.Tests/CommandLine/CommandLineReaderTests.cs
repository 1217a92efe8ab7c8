using System.CommandLine;
using Buildx.Cli.CommandLine;

namespace Buildx.Cli.Tests.CommandLine;

public sealed class CommandLineReaderTests
{
    private readonly SampleCommand _command = new();

    [Theory]
    [InlineData("--text --debug", "--debug", false)]
    [InlineData("--text=--debug", "--debug", false)]
    [InlineData("-t a:b", "a:b", false)]
    [InlineData("-ta:b", "a:b", false)]
    [InlineData("-st a=b", "a=b", true)]
    [InlineData("--switch --text x", "x", true)]
    [InlineData("--switch=false --text x", "x", false)]
    [InlineData("--text @file", "@file", false)]
    [InlineData("--text=", "", false)]
    public void Flags_are_read_as_Docker_reads_them(string line, string text, bool isOn)
    {
        var invocation = Read(line);
        Assert.Equal(text, invocation.Get(_command.Text));
        Assert.Equal(isOn, invocation.Get(_command.Switch));
    }

    [Theory]
    [InlineData("--switch true", "true")]
    [InlineData("-- --text", "--text")]
    [InlineData("-", "-")]
    public void What_is_no_flag_is_an_argument(string line, string argument) => Assert.Equal([argument], Read(line).Arguments);

    [Fact]
    public void A_repeated_flag_keeps_all_its_values() => Assert.Equal(["a", "b=c"], Read("--list a --list=b=c").Get(_command.List));

    [Theory]
    [InlineData("--tex x", "unknown flag --tex; did you mean --text?")]
    [InlineData("--siwtch", "unknown flag --siwtch; did you mean --switch?")]
    [InlineData("-z", "unknown flag -z")]
    [InlineData("--text", "--text needs a value")]
    [InlineData("--switch=maybe", "--switch: \"maybe\" is not a valid value (want true or false)")]
    [InlineData("a b", "takes at most 1 argument, but found 2: a b")]
    public void Mistakes_are_named(string line, string message) =>
        Assert.Contains(message, Assert.Throws<CliException>(() => Read(line)).Message, StringComparison.Ordinal);

    [Fact]
    public void Help_wins_over_mistakes_that_come_later() =>
        Assert.Null(CommandLineReader.Read(_command, ["--help", "--nonsense"], "buildx"));

    private CommandInvocation Read(string line) => CommandLineReader.Read(_command, line.Split(' '), "buildx")!;

    private sealed class SampleCommand : CliCommand
    {
        public SampleCommand()
            : base("sample", "")
        {
            Options.Add(Text);
            Options.Add(Switch);
            Options.Add(List);
        }

        public Option<string?> Text { get; } = Flag.Text("--text", "", "X", "-t");

        public Option<bool> Switch { get; } = Flag.Switch("--switch", "", "-s");

        public Option<string[]> List { get; } = Flag.List("--list", "", "X");

        public override int MaximumArguments => 1;

        public override Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken) => Task.FromResult(0);
    }
}
