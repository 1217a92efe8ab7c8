using Buildx.Cli.Debugging;
using Buildx.Client.Debugging;

namespace Buildx.Cli.Tests.Debugging;

public sealed class InvokeSpecTests
{
    private static readonly ContainerProgram Own = new()
    {
        Entrypoint = ["entry"],
        Arguments = ["argument"],
        Environment = ["OWN=1"],
        User = "owner",
        WorkingDirectory = "/own",
    };

    [Theory]
    [InlineData("", "sh")]
    [InlineData("default", "sh")]
    [InlineData("on-error", "sh")]
    [InlineData("bash", "bash")]
    [InlineData("/bin/my shell", "/bin/my shell")]
    [InlineData("args=[\"a\",\"b, c\"]", "entry|a|b, c")]
    [InlineData("args=a,args=b", "entry|a|b")]
    [InlineData("entrypoint=bash", "bash")]
    [InlineData("entrypoint=[\"sh\"],\"args=[\"\"-c\"\", \"\"env | grep -e FOO\"\"]\"", "sh|-c|env | grep -e FOO")]
    [InlineData("entrypoint=,args=[,args=x=y", "|[|x=y")]
    [InlineData("args=[\"quote \\\" and ]\"],entrypoint=[]", "quote \" and ]")]
    [InlineData("env=A=b", "sh")]
    public void It_says_what_runs(string text, string expected)
    {
        var program = InvokeSpec.Parse(text).ApplyTo(Own);

        Assert.Equal(expected, string.Join('|', program.Entrypoint.Concat(program.Arguments)));
    }

    [Fact]
    public void What_it_does_not_say_is_as_in_the_step()
    {
        var plain = InvokeSpec.Parse("bash").ApplyTo(Own);
        var full = InvokeSpec.Parse("ENV=A=b,\"env=[\"\"C=d\"\"]\",user=other,cwd=/else,tty=0").ApplyTo(Own);

        Assert.Equal(("owner", "/own", true), (plain.User, plain.WorkingDirectory, plain.HasTerminal));
        Assert.Equal(("other", "/else", false), (full.User, full.WorkingDirectory, full.HasTerminal));
        Assert.Equal(["OWN=1", "A=b", "C=d"], full.Environment);
    }

    [Theory]
    [InlineData("args=a,b", "\"b\"")]
    [InlineData("what=a", "no key \"what\"")]
    [InlineData("tty=perhaps", "tty=perhaps")]
    [InlineData("\"args=a", "not closed")]
    public void What_is_wrong_is_named(string text, string message) =>
        Assert.Contains(message, Assert.Throws<CliException>(() => InvokeSpec.Parse(text)).Message, StringComparison.Ordinal);
}
