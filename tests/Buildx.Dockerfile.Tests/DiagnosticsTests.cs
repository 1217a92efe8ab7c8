namespace Buildx.Dockerfile.Tests;

public sealed class DiagnosticsTests
{
    [Theory]
    [InlineData("FROM busybox\nRUNN make\n", "Dockerfile:2:1: unknown instruction \"RUNN\" (did you mean RUN?)")]
    [InlineData("FROM busybox\nCOPY --form=x a b\n", "Dockerfile:2:6: unknown flag --form of COPY (did you mean --from?)")]
    [InlineData("FROM busybox\nRUN --mount=type=tmp,target=/x make\n", "unknown mount type \"tmp\" (did you mean tmpfs?)")]
    [InlineData("RUN make\n", "RUN stands before the first FROM")]
    [InlineData("FROM busybox\nRUN <<EOF\nmake\n", "the here-document <<EOF of RUN has no end")]
    [InlineData("", "the file has no instructions")]
    public async Task An_error_says_what_and_where_and_what_to_do(string text, string expected)
    {
        var error = await Assert.ThrowsAsync<DockerfileException>(() => ConvertAsync(text));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_of_a_file_are_reported_at_once()
    {
        var document = DockerfileDocument.Parse("FROM busybox\nFOO\nRUN ok\nBAR\nCOPY x\n");
        Assert.Equal([2, 4, 5], document.Diagnostics.Select(diagnostic => diagnostic.Ranges[0].Start.Line));
    }

    [Fact]
    public void A_place_behind_a_continuation_is_that_of_the_file()
    {
        var document = DockerfileDocument.Parse("FROM busybox\nCOPY \\\n  # why\n  --form=x a b\n");
        Assert.Equal(new TextPosition(4, 3), document.Diagnostics[0].Ranges[0].Start);
    }

    [Fact]
    public async Task An_unknown_target_names_the_stages_there_are()
    {
        var error = await Assert.ThrowsAsync<DockerfileException>(() => ConvertAsync("FROM busybox AS build\nFROM busybox AS final\n", new ConversionOptions { Target = "biuld" }));
        Assert.Contains("there is no stage \"biuld\" (did you mean build?)", error.Message, StringComparison.Ordinal);
    }

    private static Task<ConversionResult> ConvertAsync(string text, ConversionOptions? options = null) => DockerfileConverter.ConvertAsync(
        DockerfileDocument.Parse(text), options ?? new ConversionOptions(), new LocalBuildContexts(), new Conformance.FixedImages(), TestContext.Current.CancellationToken);
}
