using Buildx.Cli.History;

namespace Buildx.Cli.Tests.History;

public sealed class RecordReferenceTests
{
    [Fact]
    public void A_build_is_named_by_its_id_by_its_whole_name_or_by_its_place_before_the_latest()
    {
        Assert.Equal(RecordReference.Latest, RecordReference.Parse(null));
        Assert.Equal(RecordReference.Latest, RecordReference.Parse(""));
        Assert.Equal(new RecordReference(null, null, "abc", 0), RecordReference.Parse("abc"));
        Assert.Equal(new RecordReference("mine", "mine0", "abc", 0), RecordReference.Parse("mine/mine0/abc"));
        Assert.Equal(new RecordReference(null, null, "", 3), RecordReference.Parse("^3"));
    }

    [Theory]
    [InlineData("^")]
    [InlineData("^-1")]
    [InlineData("^x")]
    [InlineData("a/b")]
    [InlineData("a//c")]
    [InlineData("a/b/c/d")]
    public void What_names_no_build_is_said_to(string text) =>
        Assert.Contains("names no build", Assert.Throws<CliException>(() => RecordReference.Parse(text)).Message, StringComparison.Ordinal);
}
