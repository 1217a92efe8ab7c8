using Buildx.Engine.Attestations;
using Buildx.Oci;

namespace Buildx.Engine.Tests.Attestations;

public sealed class PackageUrlTests
{
    [Theory]
    [InlineData("busybox", "linux/amd64", "pkg:docker/busybox@latest?platform=linux%2Famd64")]
    [InlineData("docker.io/library/busybox:1.36", "linux/arm/v7", "pkg:docker/busybox@1.36?platform=linux%2Farm%2Fv7")]
    [InlineData("user/app:v1", null, "pkg:docker/user/app@v1")]
    [InlineData("127.0.0.1:5000/a/b:c", "linux/amd64", "pkg:docker/127.0.0.1:5000/a/b@c?platform=linux%2Famd64")]
    [InlineData("app@sha256:0000000000000000000000000000000000000000000000000000000000000000", null, "pkg:docker/app?digest=sha256:0000000000000000000000000000000000000000000000000000000000000000")]
    public void Images_have_one(string image, string? platform, string url) =>
        Assert.Equal(url, PackageUrl.Of(ImageReference.Parse(image), platform is null ? null : Platform.Parse(platform)));
}
