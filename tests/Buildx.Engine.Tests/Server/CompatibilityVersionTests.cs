using Buildx.Engine.Server.Building;
using Buildx.Protocol.ControlApi;

namespace Buildx.Engine.Tests.Server;

public sealed class CompatibilityVersionTests
{
    [Theory]
    [InlineData(0, "image", "", "", null)]
    [InlineData(30, "image", "", "", null)]
    [InlineData(20, "image", "", "", "false")]
    [InlineData(20, "docker", "", "", "false")]
    [InlineData(20, "oci", "", "", null)]
    [InlineData(20, "image", "attest:provenance", "mode=min", "true")]
    [InlineData(20, "image", "attest:provenance", "disabled=true", "false")]
    [InlineData(20, "image", "build-arg:BUILDKIT_ATTEST_SBOM", "true", "true")]
    public void A_version_pins_the_media_types_that_nobody_has_chosen(long version, string exporter, string option, string value, string? expected)
    {
        var request = new SolveRequest { CompatibilityVersion = version, Exporters = { new Exporter { Type = exporter } } };
        if (option.Length > 0)
            request.FrontendAttrs[option] = value;
        Assert.Equal(expected, BuildRequest.Parse(request).Exporters[0].Attributes.GetValueOrDefault("oci-mediatypes"));
    }

    [Fact]
    public void What_was_chosen_stays_and_what_the_layers_need_is_given()
    {
        var request = new SolveRequest { CompatibilityVersion = 20 };
        request.Exporters.Add(new Exporter { Type = "image", Attrs = { ["oci-mediatypes"] = "true" } });
        request.Exporters.Add(new Exporter { Type = "image", Attrs = { ["compression"] = "zstd" } });
        Assert.All(BuildRequest.Parse(request).Exporters, exporter => Assert.Equal("true", exporter.Attributes["oci-mediatypes"]));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(40)]
    public void Other_versions_are_refused(long version)
    {
        var error = Assert.Throws<NotSupportedException>(() => BuildRequest.Parse(new SolveRequest { CompatibilityVersion = version }));
        Assert.Equal($"compatibility-version {version} is not supported by this builder (want 20 or 30)", error.Message);
    }
}
