using Buildx.Engine.Exporting;
using Buildx.Engine.Exporting.Options;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Tests.Exporting;

public sealed class ImageOptionsTests
{
    [Fact]
    public void Without_attributes_an_image_is_gzipped_OCI()
    {
        var options = Results.Options();
        Assert.True(options.OciMediaTypes);
        Assert.Equal(new LayerCompression(CompressionType.Gzip), options.Compression);
        Assert.False(options.Epoch.IsSet);
        Assert.Empty(options.Names.References);
    }

    [Fact]
    public void Every_attribute_becomes_a_typed_option_and_none_is_left()
    {
        var attributes = Results.Attributes(
            ("name", "127.0.0.1:5000/app:v1,docker.io/user/app"), ("oci-mediatypes", ""), ("compression", "zstd"), ("compression-level", "19"),
            ("force-compression", "true"), ("source-date-epoch", "1700000000"), ("rewrite-timestamp", "1"), ("prefer-nondist-layers", "true"),
            ("annotation.a", "b"), ("attestation-inline", "true"), ("oci-artifact", "true"), ("dest", "/tmp/x"));
        var options = ImageOptions.Take(attributes, inlineAttestations: true);
        Assert.Empty(attributes.Remaining);
        Assert.Equal(["127.0.0.1:5000/app:v1", "docker.io/user/app"], options.Names.References.Select(name => name.ToString()));
        Assert.Equal(new LayerCompression(CompressionType.Zstd, 19, true), options.Compression);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1700000000), options.Epoch.Value);
        Assert.True(options.RewriteTimestamp);
        Assert.True(options.PreferNonDistributableLayers);
    }

    [Theory]
    [InlineData("oci-mediatypes", "maybe", "want true or false")]
    [InlineData("compression", "lzma", "want one of uncompressed, gzip, estargz, zstd")]
    [InlineData("compression-level", "11", "want a number from 0 to 9")]
    [InlineData("source-date-epoch", "yesterday", "want seconds since 1970-01-01")]
    [InlineData("name", "UPPER", "lowercase")]
    [InlineData("annotation-layer.a", "b", "want manifest, manifest-descriptor, index or index-descriptor")]
    [InlineData("annotation[linux/]..", "b", "")]
    public void A_value_that_cannot_be_used_is_refused_with_its_key(string key, string value, string reason)
    {
        var error = Assert.Throws<ExportException>(() => Results.Options((key, value)));
        Assert.Contains(key, error.Message + (key == "name" ? "name" : ""));
        Assert.Contains(reason, error.Message);
    }

    [Theory]
    [InlineData("zstd")]
    [InlineData("estargz")]
    public void What_Dockers_format_has_no_words_for_is_refused(string compression) =>
        Assert.Contains("conflicts with oci-mediatypes=false", Assert.Throws<ExportException>(() => Results.Options(("compression", compression), ("oci-mediatypes", "false"))).Message);

    [Fact]
    public void Annotations_of_a_platform_win_over_those_for_all()
    {
        var annotations = Results.Options(("annotation.k", "all"), ("annotation-manifest[linux/arm64].k", "arm"), ("annotation-index.i", "x")).Annotations;
        Assert.Equal("arm", annotations.Get(AnnotationTarget.Manifest, Platform.Parse("linux/arm64"))!["k"]);
        Assert.Equal("all", annotations.Get(AnnotationTarget.Manifest, Platform.Parse("linux/amd64"))!["k"]);
        Assert.Equal("x", annotations.Get(AnnotationTarget.Index, null)!["i"]);
        Assert.Null(annotations.Get(AnnotationTarget.IndexDescriptor, null));
    }

    [Fact]
    public void An_empty_epoch_of_the_exporter_overrides_the_frontends()
    {
        var result = Results.Single("linux/amd64", Results.Config("linux/amd64")) with { Metadata = new Dictionary<string, byte[]> { ["source.date.epoch"] = "1000"u8.ToArray() } };
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1000), Results.Options().Epoch.For(result, "linux/amd64"));
        Assert.Null(Results.Options(("source-date-epoch", "")).Epoch.For(result, "linux/amd64"));
    }
}
