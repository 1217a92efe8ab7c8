using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Pb;
using Platform = Buildx.Oci.Platform;

namespace Buildx.Dockerfile.Tests;

public sealed class SourceDateEpochTests
{
    [Theory]
    [InlineData("ARG SOURCE_DATE_EPOCH=1700000000\nFROM scratch\n", null, 1700000000)]
    [InlineData("ARG SOURCE_DATE_EPOCH=1700000000\nFROM scratch\n", "5", 5)]
    [InlineData("ARG SOURCE_DATE_EPOCH=1700000000\nFROM scratch\n", "", null)]
    [InlineData("FROM scratch\n", "context", 42)]
    [InlineData("FROM scratch\n", "named", 42)]
    [InlineData("ARG SOURCE_DATE_EPOCH=src\nFROM scratch AS src\nARG V=1\nADD https://h/a-$V.tar.gz /\nFROM scratch\n", null, 42)]
    [InlineData("FROM scratch AS SRC\nADD https://h/r.git#v1 /\nFROM scratch\n", "src", 42)]
    public async Task It_is_a_number_or_comes_from_a_source(string text, string? argument, int? expected)
    {
        var result = await ConvertAsync(text, argument);
        Assert.Equal(expected, result.Epoch?.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task Instructions_see_the_number_that_was_found()
    {
        const string Text = "FROM scratch\nARG SOURCE_DATE_EPOCH\nRUN date\n";
        Assert.Contains("SOURCE_DATE_EPOCH=42", Environment(await ConvertAsync(Text, "context")));
        Assert.DoesNotContain(Environment(await ConvertAsync(Text, "")), variable => variable.StartsWith("SOURCE_DATE_EPOCH", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("FROM scratch\n", "yesterday", "Dockerfile: SOURCE_DATE_EPOCH=yesterday is neither a number")]
    [InlineData("ARG SOURCE_DATE_EPOCH=contxt\nFROM scratch\n", null, "Dockerfile:1:1: SOURCE_DATE_EPOCH=contxt is neither a number of seconds since 1970 nor the name of a context or stage (did you mean context?)")]
    [InlineData("FROM busybox AS s\nADD https://h/a /\nFROM scratch\n", "s", "Dockerfile:1:1: the stage \"s\", from which SOURCE_DATE_EPOCH is to come, must begin with FROM scratch")]
    [InlineData("FROM scratch AS s\nADD https://h/a /\nRUN x\nFROM scratch\n", "s", "Dockerfile:3:1: the stage \"s\", from which SOURCE_DATE_EPOCH is to come, may have ARG and one ADD of a URL or git repository, but not RUN")]
    [InlineData("FROM scratch AS s\nADD https://h/a /\nADD https://h/b /\nFROM scratch\n", "s", "Dockerfile:3:1: the stage \"s\", from which SOURCE_DATE_EPOCH is to come, must have one ADD only")]
    [InlineData("FROM scratch AS s\nADD a /\nFROM scratch\n", "s", "Dockerfile:2:1: SOURCE_DATE_EPOCH can come from a URL or a git repository, not from a of the context")]
    [InlineData("FROM scratch AS s\nFROM scratch\n", "s", "Dockerfile:1:1: the stage \"s\", from which SOURCE_DATE_EPOCH is to come, must ADD a URL or a git repository")]
    [InlineData("FROM scratch\n", "99999999999999", "is out of range")]
    public async Task What_names_no_time_is_refused(string text, string? argument, string expected)
    {
        var error = await Assert.ThrowsAsync<DockerfileException>(() => ConvertAsync(text, argument));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Environment(ConversionResult result) =>
        LlbDefinition.Write(result.Output).Def.Select(bytes => Op.Parser.ParseFrom(bytes)).Single(operation => operation.Exec is not null).Exec.Meta.Env;

    private static Task<ConversionResult> ConvertAsync(string text, string? argument) => DockerfileConverter.ConvertAsync(
        DockerfileDocument.Parse(text),
        new ConversionOptions { BuildArguments = argument is null ? new Dictionary<string, string>() : new() { ["SOURCE_DATE_EPOCH"] = argument } },
        new Contexts(), new Conformance.FixedImages(), TestContext.Current.CancellationToken);

    /// <summary>Remote sources are all of the second 42.</summary>
    private sealed class Contexts : IBuildContexts
    {
        public IReadOnlyList<string> IgnorePatterns => [];

        public LlbOutput? Main(IReadOnlyList<string> paths) => LlbSource.Http("https://h/context.tar", VertexOptions.None, new HttpSourceOptions());

        public Task<NamedContext?> FindAsync(string name, Platform platform, CancellationToken cancellationToken) => Task.FromResult(
            name == "named" ? new NamedContext(_ => LlbSource.Http("https://h/named", VertexOptions.None, new HttpSourceOptions()), null) : null);

        public Task<DateTimeOffset?> FindTimeAsync(LlbOutput source, string stepName, CancellationToken cancellationToken)
        {
            Assert.StartsWith("[internal] resolve SOURCE_DATE_EPOCH from ", stepName, StringComparison.Ordinal);
            var operation = Assert.Single(LlbDefinition.Write(source).Def.Select(bytes => Op.Parser.ParseFrom(bytes)), operation => operation.Source is not null);
            Assert.Contains("h/", operation.Source.Identifier, StringComparison.Ordinal);
            return Task.FromResult<DateTimeOffset?>(DateTimeOffset.FromUnixTimeSeconds(42));
        }
    }
}
