namespace Buildx.Oci.Tests;

public class DigestTests
{
    [Fact]
    public void The_digest_of_nothing_is_the_known_one() =>
        Assert.Equal("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", Digest.Sha256([]).Value);

    [Theory]
    [InlineData("")]
    [InlineData("sha256:")]
    [InlineData("sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [InlineData("md5:d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("sha256:../../../../etc/passwd")]
    public void What_is_no_digest_is_refused(string text) => Assert.False(Digest.TryParse(text, out _));

    [Fact]
    public void The_default_is_empty_and_has_no_parts()
    {
        Assert.True(default(Digest).IsEmpty);
        Assert.Equal("", default(Digest).Algorithm);
        Assert.Equal("", default(Digest).Hex);
    }

    [Fact]
    public async Task A_stream_with_the_right_content_passes()
    {
        await using var stream = new VerifyingStream(new MemoryStream("hello"u8.ToArray()), Digest.Sha256("hello"u8), 5);
        using var reader = new StreamReader(stream);
        Assert.Equal("hello", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("hello", 5)]
    [InlineData("hell", 4)]
    [InlineData("hello, world", 4)]
    public async Task A_stream_with_other_content_fails_at_its_end(string expected, int size)
    {
        await using var stream = new VerifyingStream(
            new MemoryStream("hullo"u8.ToArray()), Digest.Sha256(System.Text.Encoding.UTF8.GetBytes(expected)), size);
        await Assert.ThrowsAsync<InvalidDataException>(() => stream.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken));
    }
}
