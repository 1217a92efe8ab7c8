using Buildx.Engine.Attestations;
using Buildx.Engine.Exporting;

namespace Buildx.Engine.Tests.Attestations;

public sealed class AttestationOptionsTests
{
    [Fact]
    public void Nothing_is_made_that_was_not_asked_for() => Assert.Equal(new AttestationOptions(null, null), Parse(("filename", "Dockerfile")));

    [Fact]
    public void The_short_form_means_everything()
    {
        var provenance = Parse(("attest:provenance", "")).Provenance!;
        Assert.True(provenance is { IsComplete: true, IsVersion1: true, InlineOnly: false, FileName: "provenance.json" });
    }

    [Fact]
    public void Keys_become_options()
    {
        var options = Parse(
            ("attest:provenance", "mode=min,inline-only=true,version=v0.2,\"builder-id=https://a/b,c\",filename=../x.json"),
            ("build-arg:BUILDKIT_ATTEST_SBOM", "generator=scanner:1,LEVEL=high"));
        Assert.Equal(new ProvenanceOptions(false, false, "https://a/b,c", false, true, false, "x.json"), options.Provenance);
        Assert.Equal("docker.io/library/scanner:1", options.Sbom!.Generator.ToString());
        Assert.Equal("high", options.Sbom.Parameters["LEVEL"]);
    }

    [Theory]
    [InlineData("attest:provenance", "mode=all", "mode=\"all\" is not valid")]
    [InlineData("attest:provenance", "version=v2", "version=\"v2\" is not valid")]
    [InlineData("attest:sbom", "generator=UPPER", "sbom:")]
    [InlineData("attest:vex", "", "there is no attestation \"vex\"")]
    public void What_makes_no_sense_is_refused(string key, string value, string message) =>
        Assert.Contains(message, Assert.Throws<ExportException>(() => Parse((key, value))).Message, StringComparison.Ordinal);

    private static AttestationOptions Parse(params (string Key, string Value)[] options) => AttestationOptions.Parse(options.ToDictionary(pair => pair.Key, pair => pair.Value));
}
