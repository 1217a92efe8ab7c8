using Buildx.Cli.History;
using Buildx.Drivers.Store;

namespace Buildx.Cli.Tests.History;

/// <summary>Names that Docker Buildx 0.29 gives the same builds.</summary>
public sealed class BuildNameTests
{
    [Theory]
    [InlineData("/home/me/app", "", "", "app")]
    [InlineData("/home/me/app", "/home/me/app/Dockerfile", "", "app")]
    [InlineData("/home/me/app", "/home/me/app/docker/web.Dockerfile", "filename=web.Dockerfile", "app/docker/web.Dockerfile")]
    [InlineData("/home/me/app", "/elsewhere/web.Dockerfile", "", "elsewhere/web.Dockerfile")]
    [InlineData("/home/me/app", "/elsewhere/web/Dockerfile", "", "web")]
    [InlineData("/home/me/app", "", "target=test", "app (test)")]
    [InlineData("", "", "target=test", "test")]
    [InlineData("", "", "context=https://github.com/o/r.git", "https://github.com/o/r.git")]
    [InlineData("", "", "vcs:source=https://github.com/o/r.git", "https://github.com/o/r.git")]
    [InlineData("", "", "vcs:localdir:context=web", "web")]
    [InlineData("/home/me/app", "", "build-arg:BUILDKIT_BUILD_NAME=mine", "mine")]
    [InlineData("-", "-", "", "")]
    public void A_build_is_called_by_its_place(string path, string dockerfile, string attributes, string name) => Assert.Equal(
        name,
        BuildName.Of(
            attributes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]),
            path.Length == 0 ? null : new LocalBuild("default", path, dockerfile)));
}
