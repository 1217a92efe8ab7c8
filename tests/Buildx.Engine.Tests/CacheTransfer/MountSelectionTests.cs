using Buildx.Engine.CacheTransfer;

namespace Buildx.Engine.Tests.CacheTransfer;

public sealed class MountSelectionTests
{
    [Theory]
    [InlineData("all", "anything", true)]
    [InlineData("go;npm", "npm", true)]
    [InlineData("go;npm", "pip", false)]
    [InlineData("/var/cache/apt", "/var/cache/apt", true)]
    [InlineData("/var/cache/apt", "namespace/var/cache/apt", true)]
    [InlineData("cache", "no-cache", false)]
    public void Mounts_are_named_by_their_ids(string text, string id, bool included) => Assert.Equal(included, Read(text)!.Includes(id));

    [Theory]
    [InlineData("")]
    [InlineData("none")]
    public void None_are_exported_unless_that_is_said(string text) => Assert.Null(Read(text));

    [Fact]
    public void A_list_without_names_is_refused() => Assert.Contains("mounts", Assert.Throws<CacheTransferException>(() => Read(";")).Message, StringComparison.Ordinal);

    private static MountSelection? Read(string text) =>
        MountSelection.Read(new CacheAttributes(new CacheRequest("local", new Dictionary<string, string> { ["mounts"] = text }), "cache export"));
}
