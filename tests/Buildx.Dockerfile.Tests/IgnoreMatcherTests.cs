namespace Buildx.Dockerfile.Tests;

public sealed class IgnoreMatcherTests
{
    [Theory]
    [InlineData("node_modules\n", "node_modules/a/b.js", true)]
    [InlineData("*.log\n", "a.log", true)]
    [InlineData("*.log\n", "sub/a.log", false)]
    [InlineData("**/*.log\n", "sub/dir/a.log", true)]
    [InlineData("**/*.log\n", "a.log", true)]
    [InlineData("*\n!keep\n", "keep/file", false)]
    [InlineData("*\n!keep\n", "other", true)]
    [InlineData("# comment\n/root\n", "root", true)]
    [InlineData("a?c\n", "abc", true)]
    [InlineData("[ab].txt\n", "c.txt", false)]
    public void The_last_pattern_that_matches_decides(string file, string path, bool ignored) =>
        Assert.Equal(ignored, new IgnoreMatcher(IgnoreFile.Parse(file)).IsIgnored(path));
}
