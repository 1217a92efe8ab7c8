namespace Buildx.Dockerfile.Tests;

public sealed class SyntaxTreeTests
{
    private const string Text =
        "# escape=`\n"                                         // 1
        + "# build makes it\n"                                 // 2
        + "FROM --platform=\"linux/amd64\" busybox AS build\n" // 3
        + "ENV a=b `\n"                                        // 4
        + "# why\n"                                            // 5
        + "  c='d e'\n"                                        // 6
        + "ENV old the rest\n"                                 // 7
        + "RUN [\"é\", \"\\u00e9\"]\n"                         // 8
        + "ONBUILD COPY --from=x <<one <<-\"two\" /y\n"        // 9
        + "1\n"                                                // 10
        + "one\n"                                              // 11
        + "\ttwo\n";                                           // 12

    private static readonly DockerfileSyntax Syntax = DockerfileSyntax.Parse(Text);

    [Fact]
    public void Every_part_has_a_line_and_a_column()
    {
        Assert.Empty(Syntax.Diagnostics);
        var (from, environment, legacy, run, trigger) = (Syntax.Instructions[0], Syntax.Instructions[1], Syntax.Instructions[2], Syntax.Instructions[3], Syntax.Instructions[4]);
        Assert.Equal("1:1-1:11", Place(Syntax.Directives[0].Range));
        Assert.Equal("2:1-2:17", Place(from.Comments[0].Range));
        Assert.Equal("3:6-3:30 value 3:17-3:30", $"{Place(from.Flags[0].Range)} value {Place(from.Flags[0].ValueRange!.Value)}");
        Assert.Equal("linux/amd64", from.Flags[0].Value);
        Assert.Equal(["3:31-3:38", "3:39-3:41", "3:42-3:47"], from.Arguments.Select(word => Place(word.Range)));
        Assert.Equal(["4:5-4:6 4:7-4:8", "6:3-6:4 6:5-6:10"], environment.Pairs.Select(pair => $"{Place(pair.Name.Range)} {Place(pair.Value.Range)}"));
        Assert.Equal("4:1-6:10", Place(environment.Range));
        Assert.Equal("7:5-7:8 7:9-7:17", $"{Place(legacy.Pairs[0].Name.Range)} {Place(legacy.Pairs[0].Value.Range)}");
        Assert.Equal(["é 8:6-8:9", "é 8:11-8:19"], run.Arguments.Select(word => $"{word.Text} {Place(word.Range)}"));
        Assert.Equal("9:9-9:13 9:14-9:22", $"{Place(trigger.Inner!.Keyword.Range)} {Place(trigger.Inner.Flags[0].Range)}");
        Assert.Equal(["one 9:23-9:28 10:1-11:4", "two 9:29-9:37 12:1-12:5"], trigger.HereDocuments.Select(document => $"{document.Name} {Place(document.MarkerRange)} {Place(document.Range)}"));
        Assert.Equal(["build makes it", "why"], Syntax.Comments.Select(comment => comment.Text));
    }

    [Fact]
    public void A_tree_is_written_with_its_lines_and_comments() => Assert.Equal(Text.Replace("\ttwo", "two", StringComparison.Ordinal), Syntax.ToString());

    [Fact]
    public void What_is_changed_in_a_tree_is_written()
    {
        var syntax = DockerfileSyntax.Parse("FROM a\n# why\nCOPY --from=b \\\n  x y\nRUN z\n");
        var copy = syntax.Instructions[1];
        var changed = syntax with
        {
            Instructions = [syntax.Instructions[0], copy with { Flags = [copy.Flags[0] with { Value = "c d" }] }, syntax.Instructions[2]],
        };
        Assert.Equal("FROM a\n# why\nCOPY --from=\"c d\" x y\nRUN z\n", changed.ToString());
        var broken = syntax with { Instructions = [copy with { Arguments = [copy.Arguments[0] with { Text = "a\nb" }] }] };
        Assert.Throws<ArgumentException>(() => broken.ToString());
    }

    [Fact]
    public void A_line_may_be_as_long_as_BuildKit_reads_it()
    {
        Assert.Empty(DockerfileSyntax.Parse("FROM " + new string('a', 65530) + "\n").Diagnostics);
        var error = Assert.Single(DockerfileSyntax.Parse("FROM a\nRUN " + new string('é', 32766) + "\n").Diagnostics);
        Assert.Equal("2:1-2:32771", Place(error.Ranges[0]));
        // Joined lines may be longer, and are written so that they can be read again.
        var joined = DockerfileSyntax.Parse("FROM a\nRUN " + string.Concat(Enumerable.Repeat(new string('b', 60_000) + "\\\n", 3)) + "c\n");
        Assert.Empty(joined.Diagnostics);
        Assert.Equal(180_001, joined.Instructions[1].Arguments[0].Text.Length);
        var written = DockerfileSyntax.Parse((joined with { Instructions = [joined.Instructions[1] with { Text = "" }] }).ToString());
        Assert.Empty(written.Diagnostics);
        Assert.Equal(joined.Instructions[1].Arguments[0].Text, written.Instructions[0].Arguments[0].Text);
    }

    [Theory]
    [InlineData("ONBUILD ", 100_000, "ONBUILD is not allowed behind ONBUILD")]
    [InlineData("RUN [", 100_000, null)]
    public void Depth_without_end_overflows_no_stack(string part, int times, string? expected)
    {
        var line = string.Concat(Enumerable.Repeat(part == "RUN [" ? "[" : part, times));
        var text = "FROM a\n" + string.Concat((part == "RUN [" ? "RUN " + line : line + "RUN x").Chunk(60_000).Select(chunk => new string(chunk) + "\\\n")) + "\n";
        var document = DockerfileDocument.Parse(text);
        Assert.Equal(expected is null ? 0 : 1, document.Diagnostics.Count);
        if (expected is not null)
            Assert.Contains(expected, document.Diagnostics[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chain_of_stages_without_end_overflows_no_stack()
    {
        var text = "FROM scratch AS s0\nCOPY a /\n" + string.Concat(Enumerable.Range(1, 20_000).Select(i => $"FROM scratch AS s{i}\nCOPY --from=s{i - 1} a /\n"));
        var result = await DockerfileConverter.ConvertAsync(
            DockerfileDocument.Parse(text), new ConversionOptions(), new LocalBuildContexts(uniqueId: "u"), new Conformance.FixedImages(), TestContext.Current.CancellationToken);
        Assert.NotNull(result.Output);
    }

    [Fact]
    public async Task All_errors_of_a_conversion_are_reported_each_at_its_word()
    {
        var error = await Assert.ThrowsAsync<DockerfileException>(() => DockerfileConverter.ConvertAsync(
            DockerfileDocument.Parse("FROM scratch\nENV a=${b!c}\nCOPY --chmod=9 x y\nRUN --mount=type=cache,target=/a --mount=type=tmp true\nUSER $\"\nEXPOSE x\n"),
            new ConversionOptions(), new LocalBuildContexts(), new Conformance.FixedImages(), TestContext.Current.CancellationToken));
        Assert.Equal(["2:7", "3:14", "4:42", "5:6", "6:1"], error.Errors.Select(one => one.Ranges[0].Start.ToString()));
    }

    private static string Place(TextRange range) => $"{range.Start}-{range.End}";
}
