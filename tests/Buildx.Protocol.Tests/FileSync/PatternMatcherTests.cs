using System.Text.RegularExpressions;
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

    [Fact]
    public void Wildcards_match_as_the_regular_expressions_that_they_stand_for()
    {
        (string Pattern, string Regex)[] parts = [("a", "a"), ("b", "b"), ("/", "/"), ("*", "[^/]*"), ("?", "[^/]"), ("**/", "(.*/)?"), ("/**/", "/(.*/)?"), ("\\*", "\\*")];
        var random = new Random(7);
        for (var i = 0; i < 3000; i++)
        {
            var chosen = Enumerable.Range(0, random.Next(1, 8)).Select(_ => parts[random.Next(parts.Length)]).ToArray();
            var pattern = "a" + string.Concat(chosen.Select(part => part.Pattern)) + "b";
            // Two parts that make a third one, or a path that is cleaned.
            if (pattern.Contains("//", StringComparison.Ordinal) || chosen.Zip(chosen.Skip(1)).Any(pair => pair.First.Pattern.EndsWith('*') && pair.Second.Pattern.StartsWith('*')))
                continue;
            var regex = new Regex("^a" + string.Concat(chosen.Select(part => part.Regex)) + "b$", RegexOptions.NonBacktracking);
            for (var j = 0; j < 20; j++)
            {
                var path = "a" + string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => "aab/*"[random.Next(5)])) + "b";
                Assert.True(regex.IsMatch(path) == PathPattern.Parse(pattern)!.IsMatch(path), $"{pattern} {path}");
            }
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
