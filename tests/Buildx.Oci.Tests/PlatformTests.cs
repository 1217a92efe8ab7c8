namespace Buildx.Oci.Tests;

public class PlatformTests
{
    [Theory]
    [InlineData("linux/amd64", "linux/amd64")]
    [InlineData("linux/x86_64", "linux/amd64")]
    [InlineData("linux/arm64/v8", "linux/arm64")]
    [InlineData("linux/arm", "linux/arm/v7")]
    [InlineData("linux/armhf", "linux/arm/v7")]
    [InlineData("linux/arm/6", "linux/arm/v6")]
    [InlineData("s390x", "linux/s390x")]
    [InlineData("macos/aarch64", "darwin/arm64")]
    public void Parsing_normalises(string text, string expected) => Assert.Equal(expected, Platform.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("linux/")]
    [InlineData("linux/a/b/c")]
    [InlineData("nonsense")]
    [InlineData("linux/am d64")]
    public void What_is_no_platform_is_refused(string text) => Assert.False(Platform.TryParse(text, out _));

    [Theory]
    [InlineData("linux/arm/v7", new[] { "linux/arm/v5", "linux/arm/v6", "linux/arm64" }, "linux/arm/v6")]
    [InlineData("linux/arm/v7", new[] { "linux/arm/v6", "linux/arm/v7" }, "linux/arm/v7")]
    [InlineData("linux/arm/v5", new[] { "linux/arm/v6", "linux/arm/v7" }, null)]
    [InlineData("linux/arm64", new[] { "linux/arm/v7", "linux/arm/v6", "linux/amd64" }, "linux/arm/v7")]
    [InlineData("linux/arm64", new[] { "linux/arm/v7", "linux/arm64" }, "linux/arm64")]
    [InlineData("linux/amd64", new[] { "linux/386" }, "linux/386")]
    [InlineData("linux/amd64/v3", new[] { "linux/amd64", "linux/amd64/v2", "linux/amd64/v4" }, "linux/amd64/v2")]
    [InlineData("linux/amd64", new[] { "linux/amd64/v2", "linux/s390x" }, null)]
    [InlineData("linux/386", new[] { "linux/amd64" }, null)]
    [InlineData("linux/amd64", new[] { "windows/amd64", "unknown/unknown" }, null)]
    public void The_best_match_of_an_index_is_chosen(string want, string[] have, string? expected)
    {
        var index = IndexOf(have);
        Assert.Equal(expected, PlatformMatcher.Select(index, Platform.Parse(want))?.Platform?.ToString());
    }

    [Fact]
    public void Attestations_are_neither_chosen_nor_listed()
    {
        var index = IndexOf("linux/amd64", "unknown/unknown");
        Assert.Equal(["linux/amd64"], PlatformMatcher.List(index).Select(platform => platform.ToString()));
    }

    [Fact]
    public void The_only_manifest_of_an_index_needs_no_platform()
    {
        var manifest = new Descriptor(MediaTypes.OciManifest, Digest.Sha256("m"u8), 1);
        Assert.Equal(manifest, PlatformMatcher.Select(new ImageIndex([manifest]), Platform.Host));
    }

    private static ImageIndex IndexOf(params string[] platforms) => new(
        [.. platforms.Select(text => text.Split('/')).Select(parts =>
            new Descriptor(MediaTypes.OciManifest, Digest.Sha256([]), 1) { Platform = new Platform(parts[0], parts[1], parts.ElementAtOrDefault(2)) })]);
}
