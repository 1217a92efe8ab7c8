namespace Buildx.Oci.Tests;

public class ImageReferenceTests
{
    private const string Sha = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Theory]
    [InlineData("busybox", "docker.io/library/busybox", "busybox")]
    [InlineData("busybox:1.36", "docker.io/library/busybox:1.36", "busybox:1.36")]
    [InlineData("docker.io/moby/buildkit", "docker.io/moby/buildkit", "moby/buildkit")]
    [InlineData("index.docker.io/library/a/b", "docker.io/library/a/b", "library/a/b")]
    [InlineData("localhost/app", "localhost/app", "localhost/app")]
    [InlineData("localhost:5000/a/b:t", "localhost:5000/a/b:t", "localhost:5000/a/b:t")]
    [InlineData("[::1]:5000/a:t", "[::1]:5000/a:t", "[::1]:5000/a:t")]
    [InlineData("foo/bar", "docker.io/foo/bar", "foo/bar")]
    [InlineData("a@" + Sha, "docker.io/library/a@" + Sha, "a@" + Sha)]
    [InlineData("r.io/a:t@" + Sha, "r.io/a:t@" + Sha, "r.io/a:t@" + Sha)]
    public void Short_names_are_completed(string text, string full, string familiar)
    {
        var reference = ImageReference.Parse(text);
        Assert.Equal(full, reference.ToString());
        Assert.Equal(familiar, reference.FamiliarName);
        Assert.Equal(reference, ImageReference.Parse(full));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("Foo", "lowercase")]
    [InlineData("a:", "tag")]
    [InlineData("a b", "repository name")]
    [InlineData("r.io/../x", "repository name")]
    [InlineData("a@sha256:12", "digest")]
    [InlineData("http://a/b", "invalid")]
    public void What_is_wrong_is_said(string text, string word) =>
        Assert.Contains(word, Assert.Throws<FormatException>(() => ImageReference.Parse(text)).Message);

    [Fact]
    public void Latest_is_the_default_only_where_nothing_is_given()
    {
        Assert.Equal("latest", ImageReference.Parse("a").WithDefaultTag().Tag);
        Assert.Equal("b", ImageReference.Parse("a:b").WithDefaultTag().Tag);
        Assert.Null(ImageReference.Parse("a@" + Sha).WithDefaultTag().Tag);
    }
}
