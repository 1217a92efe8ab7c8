using System.Text;

namespace Buildx.Dockerfile.Tests;

public sealed class ForeignBytesTests
{
    [Fact]
    public void All_bytes_come_back_as_they_were()
    {
        var random = new Random(7);
        for (var i = 0; i < 2000; i++)
        {
            var bytes = new byte[random.Next(40)];
            random.NextBytes(bytes);
            if (i % 2 == 0)
                bytes = [.. bytes, .. "é😀\uFFFD"u8, .. bytes];

            Assert.Equal(bytes, ForeignBytes.Encode(ForeignBytes.Decode(bytes)));
        }
    }

    [Fact]
    public void What_is_UTF_8_is_the_usual_text()
    {
        const string text = "a é 😀 \uFFFD \U00010CC0";

        Assert.Equal(text, ForeignBytes.Decode(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(text, ForeignBytes.Replace(text));
        Assert.False(ForeignBytes.AreIn(text));
    }

    [Fact]
    public void Here_documents_keep_their_bytes_and_everything_else_shows_that_they_were_not_readable()
    {
        var document = DockerfileDocument.Parse([.. "FROM scratch\nCOPY <<\"EOF\" /caf"u8, 0xE9, .. "\n"u8, 0xFF, .. "\nEOF\n"u8]);

        var copy = Assert.Single(document.Stages[0].Instructions);
        Assert.Equal("/caf\uFFFD", copy.Syntax!.Arguments[^1].Text);
        Assert.Equal([0xFF, (byte)'\n'], ForeignBytes.Encode(copy.Syntax.HereDocuments[0].Content));
    }

    [Fact]
    public void A_long_line_is_measured_in_the_bytes_that_it_has()
    {
        var line = Enumerable.Repeat((byte)0xE9, 40_000);

        Assert.Empty(DockerfileDocument.Parse([.. "FROM scratch\n# "u8, .. line, .. "\n"u8]).Diagnostics);
        Assert.Single(DockerfileDocument.Parse([.. "FROM scratch\n# "u8, .. line, .. line, .. "\n"u8]).Diagnostics);
    }
}
