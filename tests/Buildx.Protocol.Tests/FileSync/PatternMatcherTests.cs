using Buildx.Protocol.FileSync.Patterns;

namespace Buildx.Protocol.Tests.FileSync;

public sealed class PatternMatcherTests
{
    [Theory]
    [InlineData("**", "file", true)]
    [InlineData("**", "dir/file", true)]
    [InlineData("**/", "file", true)]
    [InlineData("**/**", "dir/file", true)]
    [InlineData("dir/**", "dir/file", true)]
    [InlineData("dir/**", "dir", false)]
    [InlineData("dir/**", "dirt/file", false)]
    [InlineData("**/dir2/*", "dir/dir2/file", true)]
    [InlineData("**/dir2/*", "dir/dir2/dir2/file", true)]
    [InlineData("**file", "file", true)]
    [InlineData("**file", "dir/file", true)]
    [InlineData("**/file", "dir/file", true)]
    [InlineData("**/file", "file", true)]
    [InlineData("**/file", "notfile", false)]
    [InlineData("**/file*txt", "dir/dir/file.txt", true)]
    [InlineData("a**/*.txt", "a/file/dir/file.txt", true)]
    [InlineData("a[b-d]e", "ace", true)]
    [InlineData("a[b-d]e", "aae", false)]
    [InlineData("a[^b]", "ac", true)]
    [InlineData("a\\*b", "a*b", true)]
    [InlineData("a\\*b", "axb", false)]
    [InlineData("abc.def", "abcdef", false)]
    [InlineData("a?c", "a/c", false)]
    [InlineData("*", "a", true)]
    [InlineData("*", "a/b", true)]
    [InlineData("dir", "dir/sub/file", true)]
    [InlineData("dir/sub", "dir/file", false)]
    [InlineData(" /a/ ", "/a", true)]
    [InlineData("./a/../b", "b", true)]
    [InlineData("a(b)+c$", "a(b)+c$", true)]
    public void Patterns_match_as_in_dockerignore(string pattern, string path, bool expected) =>
        Assert.Equal(expected, PatternMatcher.Parse([pattern]).IsMatch(path));

    [Fact]
    public void The_last_pattern_that_matches_decides()
    {
        var matcher = PatternMatcher.Parse(["docs", "!docs/README.md", "docs/README.md/x", "*.tmp"]);
        Assert.True(matcher.IsMatch("docs/a"));
        Assert.False(matcher.IsMatch("docs/README.md"));
        Assert.True(matcher.IsMatch("x.tmp"));
        Assert.False(matcher.IsMatch("src"));
    }

    [Fact]
    public void Walking_with_the_parents_result_gives_the_same()
    {
        var matcher = PatternMatcher.Parse(["a", "!a/b", "a/b/c", "**/x?", "!q*/**/keep"]);
        foreach (var path in new[] { "a", "a/b", "a/b/c", "a/b/c/d", "a/z", "n/x1", "n/x1/y", "q1/x1/keep", "q1/x1/no" })
        {
            var parent = default(ParentMatches);
            var matched = false;
            for (var slash = path.IndexOf('/'); ; slash = path.IndexOf('/', slash + 1))
            {
                matched = matcher.IsMatch(slash < 0 ? path : path[..slash], parent, out parent);
                if (slash < 0)
                    break;
            }
            Assert.True(matched == matcher.IsMatch(path), path);
        }
    }

    [Theory]
    [InlineData("a[")]
    [InlineData("a[]b")]
    [InlineData("a\\")]
    [InlineData("!")]
    public void A_malformed_pattern_is_refused(string pattern) =>
        Assert.Throws<FormatException>(() => PatternMatcher.Parse([pattern]));

    [Fact]
    public void An_ignore_file_is_read_line_by_line() =>
        Assert.Equal(
            ["a/b", "!c", "d", "#not a comment", "."],
            IgnoreFile.Parse("\ufeff# comment\r\n /a//b/ \r\n\r\n! /c\nd/\n #not a comment\n./\n"));
}
