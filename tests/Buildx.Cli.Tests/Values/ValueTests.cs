using Buildx.Cli.Values;

namespace Buildx.Cli.Tests.Values;

public sealed class ValueTests
{
    [Theory]
    [InlineData("a,b", new[] { "a", "b" })]
    [InlineData("\"a,b\",c", new[] { "a,b", "c" })]
    [InlineData("\"a\"\"b\"", new[] { "a\"b" })]
    [InlineData("", new[] { "" })]
    [InlineData("a,", new[] { "a", "" })]
    public void Fields_are_split(string text, string[] fields) => Assert.Equal(fields, CsvFields.Split("--x", text));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("512m", 512L << 20)]
    [InlineData("2gb", 2L << 30)]
    [InlineData("1.5K", 1536)]
    [InlineData("10", 10)]
    [InlineData("1GiB", 1L << 30)]
    public void Sizes_are_read(string text, long bytes) => Assert.Equal(bytes, ByteSize.Parse("--x", text));

    [Theory]
    [InlineData("m")]
    [InlineData("1x")]
    [InlineData("-1")]
    public void Wrong_sizes_are_refused(string text) => Assert.Throws<CliException>(() => ByteSize.Parse("--x", text));

    [Theory]
    [InlineData(0, "0B")]
    [InlineData(999, "999B")]
    [InlineData(8192, "8.192kB")]
    [InlineData(123_456_789, "123.5MB")]
    public void Sizes_are_written_as_Docker_does(long bytes, string text) => Assert.Equal(text, ByteSize.Format(bytes));

    [Theory]
    [InlineData("1h30m", 5400)]
    [InlineData("20s", 20)]
    [InlineData("500ms", 0.5)]
    public void Durations_are_read(string text, double seconds) => Assert.Equal(seconds, DurationText.Parse("--x", text).TotalSeconds);

    [Fact]
    public void Words_are_split_as_a_shell_does() =>
        Assert.Equal(["--debug", "--x=a b", "c\"d"], ShellWords.Split("--x", "--debug --x='a b'  c\\\"d"));

    [Fact]
    public void Filters_become_those_of_BuildKit()
    {
        var filter = FilterList.Parse(["until=24h", "type=regular", "id=abc", "inuse", "description~=x"]);
        Assert.Equal(TimeSpan.FromHours(24), filter.Until);
        Assert.Equal(["type==regular,id~=abc,inuse,description~=x"], filter.Filters);
        Assert.Contains("\"nonsense\" is no filter", Assert.Throws<CliException>(() => FilterList.Parse(["nonsense"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_without_a_source_is_the_variable_of_its_name()
    {
        Environment.SetEnvironmentVariable("BUILDX_TEST_SECRET", "s3cret");
        Assert.Equal("BUILDX_TEST_SECRET", SecretSpec.Parse("id=BUILDX_TEST_SECRET").EnvironmentVariable);
    }

    [Theory]
    [InlineData("src=x", "has no id")]
    [InlineData("id=a,src=/does/not/exist", "there is no file /does/not/exist")]
    [InlineData("id=a,env=BUILDX_TEST_NOT_SET", "BUILDX_TEST_NOT_SET is not set")]
    [InlineData("id=a,type=x", "there is no type \"x\"")]
    [InlineData("id=a,foo=x", "there is no key \"foo\"")]
    public void A_wrong_secret_says_what_is_wrong(string text, string message) =>
        Assert.Contains(message, Assert.Throws<CliException>(() => SecretSpec.Parse(text)).Message, StringComparison.Ordinal);
}
