using Buildx.Cli.Values;

namespace Buildx.Cli.Tests.Values;

public sealed class OutputSpecTests
{
    [Theory]
    [InlineData("out", OutputType.Local, "out")]
    [InlineData("-", OutputType.Tar, "-")]
    [InlineData("type=oci,dest=a.tar", OutputType.Oci, "a.tar")]
    [InlineData("type=docker", OutputType.Docker, null)]
    [InlineData("type=cacheonly", OutputType.CacheOnly, null)]
    [InlineData("\"type=local\",\"dest=a,b\"", OutputType.Local, "a,b")]
    internal void Outputs_are_read(string text, OutputType type, string? destination)
    {
        var output = OutputSpec.Parse(text);
        Assert.Equal((type, destination), (output.Type, output.Destination));
    }

    [Fact]
    public void A_registry_is_an_image_that_is_pushed()
    {
        var output = OutputSpec.Parse("type=registry,name=a/b");
        Assert.Equal(OutputType.Image, output.Type);
        Assert.True(output.Pushes);
        Assert.False(OutputSpec.Parse("type=image").Pushes);
        Assert.Equal("false", OutputSpec.Push.Attributes["unpack"]);
    }

    [Theory]
    [InlineData("type=nope", "there is no type \"nope\" (want one of image")]
    [InlineData("dest=x,foo=y", "has no type")]
    [InlineData("type=local", "needs a directory")]
    [InlineData("type=local,dest=-", "can't go to standard output")]
    [InlineData("type=image,dest=x", "dest can't be used with type=image")]
    [InlineData("type=oci,dest", "is not of the form key=value")]
    [InlineData("type=oci,tar=false", "writes a directory: add dest=DIR")]
    [InlineData("type=docker,tar=0,dest=-", "writes a directory: add dest=DIR")]
    [InlineData("type=local,dest=x,mode=move", "mode=move of type=local is not known (want copy or delete)")]
    [InlineData("type=oci,\"dest=x", "double quote is not closed")]
    public void Wrong_outputs_say_which_part_is_wrong(string text, string message)
    {
        var exception = Assert.Throws<CliException>(() => OutputSpec.Parse(text));
        Assert.StartsWith("--output:", exception.Message, StringComparison.Ordinal);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }
}
