using System.Text.RegularExpressions;

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

    [Fact]
    public void A_pattern_matches_what_the_regular_expression_does_that_it_stands_for()
    {
        var random = new Random(7);
        string Text(string[] parts, int most) => string.Concat(Enumerable.Range(0, random.Next(1, most)).Select(_ => parts[random.Next(parts.Length)]));
        var matched = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var pattern = Text(["a", "b", "*", "**", "/", "?", "**/", "[ab]", "[^a/]", "\\*", ".", "x["], 7);
            var path = Text(["a", "b", "/", "*", ".", "ab", "x", "x["], 8).TrimStart('/');
            var expected = Expression(pattern).IsMatch(path);
            Assert.True(expected == IgnorePattern.TryParse(pattern)!.IsMatch(path), $"{pattern} and {path}: {expected}");
            matched += expected ? 1 : 0;
        }
        Assert.InRange(matched, 1_000, 19_000);
    }

    [Fact]
    public void No_pattern_takes_long()
    {
        var pattern = IgnorePattern.TryParse(string.Concat(Enumerable.Repeat("**/*a", 100)) + "b")!;
        Assert.False(pattern.IsMatch(string.Concat(Enumerable.Repeat("a/", 2_000))));
        Assert.Null(IgnorePattern.TryParse("[z-a]"));
    }

    private static Regex Expression(string pattern)
    {
        var parts = Regex.Matches(pattern, @"\*\*/?|\*|\?|\\.|\[[^\]]*\]|.", RegexOptions.Singleline).Select(match => match.Value).ToArray();
        var end = parts.Length - 1;
        return new Regex(@"\A" + string.Concat(parts.Select((part, i) => part switch
        {
            "*" => "[^/]*",
            "?" => "[^/]",
            "**" or "**/" => i == end ? ".*" : "(?:.*/)?",
            ['[', _, ..] => part,
            ['\\', var c] => Regex.Escape(c.ToString()),
            _ => Regex.Escape(part),
        })) + @"\z", RegexOptions.CultureInvariant);
    }
}
