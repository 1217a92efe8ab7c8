using Buildx.Dockerfile.Tests.Conformance;

namespace Buildx.Dockerfile.Tests;

public sealed class RobustnessTests
{
    private static readonly string[] Pieces =
    [
        "FROM", "RUN", "COPY", "ADD", "ENV", "ARG", "ONBUILD", "HEALTHCHECK", "LABEL", "EXPOSE", "SHELL", "CMD", "USER", "WORKDIR", "VOLUME", "STOPSIGNAL",
        " ", " ", " ", "\n", "\n", "\n", "\r\n", "\\\n", "`", "\t", "\"", "'", "$", "${", "}", ":-", "//", "#", "%", "*", "?", "=", "a", "scratch", " AS x", "[", "]",
        "<<EOF", "<<-'E'", "EOF\n", "--from=x", "--mount=type=cache,target=/x", "--mount=", "--", "# escape=`\n", "# syntax=x\n", "# check=skip=all\n", ",", "/", ".", "..",
        "http://h/x", "https://h/r.git#a:b", "git@h:p", "\uFEFF", "\0", "é", "😀", "80/tcp", "1-2", "NONE", "busybox",
    ];

    [Fact]
    public async Task Any_text_gives_a_graph_or_reported_errors_and_nothing_else()
    {
        for (var seed = 0; seed < 4000; seed++)
        {
            var text = Random(seed);
            var document = DockerfileDocument.Parse(text);
            try
            {
                await DockerfileConverter.ConvertAsync(document, new ConversionOptions(), new LocalBuildContexts(uniqueId: "u"), new FixedImages(), TestContext.Current.CancellationToken);
            }
            catch (DockerfileException e)
            {
                Assert.NotEmpty(e.Errors);
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}: {text}\n{e}");
            }
        }
    }

    [Fact]
    public void A_file_of_ten_thousand_instructions_is_no_trouble()
    {
        var text = "FROM scratch\n" + string.Concat(Enumerable.Range(0, 10_000).Select(i => $"ENV a{i}=b\n"));
        Assert.Equal(10_001, DockerfileSyntax.Parse(text).Instructions.Count);
    }

    private static string Random(int seed)
    {
        var random = new Random(seed);
        return (random.Next(2) == 0 ? "FROM scratch\n" : "") + string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => Pieces[random.Next(Pieces.Length)]));
    }
}
