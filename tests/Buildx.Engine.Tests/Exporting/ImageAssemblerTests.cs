using System.Text;
using Buildx.Engine.Exporting;
using Buildx.Engine.Exporting.Images;
using Buildx.Engine.Exporting.Options;
using Buildx.Oci;

namespace Buildx.Engine.Tests.Exporting;

public sealed class ImageAssemblerTests
{
    private static readonly DateTimeOffset Monday = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    private readonly PreparedStorage _storage = new();
    private readonly QuietProgress _progress = new();

    [Fact]
    public async Task A_single_platform_is_one_manifest()
    {
        var layer = _storage.AddLayer("a", "1");
        var image = await AssembleAsync(Results.Single("linux/amd64", Results.Config("linux/amd64", """[{"created_by":"COPY a"}]"""), layer));
        Assert.Null(image.Index);
        Assert.Equal(MediaTypes.OciManifest, image.Target.MediaType);
        var manifest = OciJson.ParseManifest(_storage.Read(image.Target.Digest));
        Assert.Equal(_storage.DescriptorOf(layer), Assert.Single(manifest.Layers));
        Assert.Equal([_storage.DiffIdOf(layer)], ConfigOf(image).RootFs!.DiffIds);
        Assert.Equal(
            ["exporting layers", $"exporting manifest {image.Target.Digest}", $"exporting config {manifest.Config.Digest}"], _progress.Steps);
    }

    [Fact]
    public async Task Several_platforms_are_an_index_that_names_them()
    {
        var shared = _storage.AddLayer("shared", "1");
        var image = await AssembleAsync(Results.Multi(
            Results.Of("linux/amd64", Results.Config("linux/amd64"), shared),
            Results.Of("linux/arm/v7", Results.Config("linux/arm/v7"), shared, _storage.AddLayer("arm", "2"))));
        var index = OciJson.ParseIndex(_storage.Read(image.Target.Digest));
        Assert.Equal(MediaTypes.OciIndex, index.MediaType);
        Assert.Equal(["linux/amd64", "linux/arm/v7"], index.Manifests.Select(manifest => manifest.Platform!.ToString()));
        Assert.Equal($"exporting manifest list {image.Target.Digest}", _progress.Steps[^1]);
        Assert.Equal(2, image.DistinctLayers.Count());
    }

    [Fact]
    public async Task Dockers_media_types_are_used_throughout_where_asked()
    {
        var image = await AssembleAsync(
            Results.Multi(Results.Of("linux/amd64", Results.Config("linux/amd64"), _storage.AddLayer("a", "1"))), ("oci-mediatypes", "false"));
        Assert.Equal(MediaTypes.DockerManifestList, image.Target.MediaType);
        var manifest = OciJson.ParseManifest(_storage.Read(image.Manifests[0].Descriptor.Digest));
        Assert.Equal(MediaTypes.DockerManifest, manifest.MediaType);
        Assert.Equal(MediaTypes.DockerConfig, manifest.Config.MediaType);
        Assert.Equal(MediaTypes.DockerLayerGzip, manifest.Layers[0].MediaType);
    }

    [Fact]
    public async Task Equal_results_give_equal_bytes()
    {
        var layers = Enumerable.Range(0, 20).Select(i => _storage.AddLayer($"f{i}", "x", Monday)).ToArray();
        var result = Results.Single("linux/amd64", Results.Config("linux/amd64"), layers);
        Assert.Equal((await AssembleAsync(result)).Target, (await AssembleAsync(result)).Target);
    }

    [Fact]
    public async Task Unknown_fields_of_the_config_survive()
    {
        var image = await AssembleAsync(Results.Single("linux/amd64", Results.Config("linux/amd64", more: ""","x.custom":{"a":[1,2]}"""), _storage.AddLayer("a", "1")));
        Assert.Contains("\"x.custom\":{\"a\":[1,2]}", Encoding.UTF8.GetString(_storage.Read(image.Manifests[0].Config.Digest)));
    }

    [Fact]
    public async Task History_that_lacks_layers_gets_entries_for_them()
    {
        var image = await AssembleAsync(Results.Single(
            "linux/amd64", Results.Config("linux/amd64", """[{"created_by":"ENV a=b","empty_layer":true}]"""), _storage.AddLayer("a", "1", Monday)));
        var history = ConfigOf(image).History!;
        Assert.Equal([true, false], history.Select(entry => entry.EmptyLayer));
        Assert.Equal("buildkit.exporter.image.v0", history[1].Comment);
        Assert.All(history, entry => Assert.Equal(Monday, entry.Created?.Time));
        Assert.Equal(Monday, ConfigOf(image).Created?.Time);
    }

    [Fact]
    public async Task History_with_too_many_layers_keeps_those_that_exist()
    {
        var image = await AssembleAsync(Results.Single(
            "linux/amd64", Results.Config("linux/amd64", """[{"created_by":"one"},{"created_by":"two"}]"""), _storage.AddLayer("a", "1", Monday)));
        Assert.Equal([false, true], ConfigOf(image).History!.Select(entry => entry.EmptyLayer));
    }

    [Fact]
    public async Task Entries_before_the_first_new_layer_take_its_time_not_the_base_images()
    {
        var image = await AssembleAsync(Results.Single(
            "linux/amd64",
            Results.Config("linux/amd64", """[{"created":"2020-01-01T00:00:00Z","created_by":"base"},{"created_by":"ENV a=b","empty_layer":true},{"created_by":"RUN x"}]"""),
            _storage.AddLayer("a", "1"),
            _storage.AddLayer("b", "1", Monday)));
        Assert.Equal([new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), Monday, Monday], ConfigOf(image).History!.Select(entry => entry.Created!.Value.Time));
    }

    [Fact]
    public async Task The_epoch_clamps_new_entries_and_leaves_the_base_images()
    {
        const string Base = """{"created":"2024-01-01T00:00:00Z","created_by":"base"}""";
        var result = Results.Single(
            "linux/amd64",
            Results.Config("linux/amd64", $$"""[{{Base}},{"created_by":"RUN x"}]"""),
            _storage.AddLayer("a", "1"),
            _storage.AddLayer("b", "1", Monday)) with
        {
            Metadata = new Dictionary<string, byte[]>
            {
                ["containerimage.base.config"] = Encoding.UTF8.GetBytes($$"""{"os":"linux","architecture":"amd64","history":[{{Base}}]}"""),
            },
        };
        var epoch = DateTimeOffset.FromUnixTimeSeconds(1_600_000_000);
        var config = ConfigOf(await AssembleAsync(result, ("source-date-epoch", "1600000000")));
        Assert.Equal([new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero), epoch], config.History!.Select(entry => entry.Created!.Value.Time));
        Assert.Equal(epoch, config.Created?.Time);
    }

    [Fact]
    public async Task Timestamps_are_rewritten_in_the_layers_above_the_base_image_only()
    {
        var (below, above) = (_storage.AddLayer("a", "1"), _storage.AddLayer("b", "1"));
        var result = Results.Single("linux/amd64", Results.Config("linux/amd64"), below, above) with
        {
            Metadata = new Dictionary<string, byte[]>
            {
                ["containerimage.base.config"] = Encoding.UTF8.GetBytes(
                    $$$"""{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["{{{_storage.DiffIdOf(below)}}}"]}}"""),
            },
        };
        await AssembleAsync(result, ("source-date-epoch", "1600000000"), ("rewrite-timestamp", "true"));
        Assert.Equal([DateTimeOffset.FromUnixTimeSeconds(1_600_000_000)], _storage.AskedRewrites);
    }

    [Fact]
    public async Task Annotations_stand_at_all_four_places()
    {
        var image = await AssembleAsync(
            Results.Multi(Results.Of("linux/amd64", Results.Config("linux/amd64"), _storage.AddLayer("a", "1"))),
            ("annotation.m", "1"), ("annotation-manifest-descriptor.d", "2"), ("annotation-index.i", "3"), ("annotation-index-descriptor.x", "4"));
        var index = OciJson.ParseIndex(_storage.Read(image.Target.Digest));
        Assert.Equal("4", image.Target.Annotations!["x"]);
        Assert.Equal("3", index.Annotations!["i"]);
        Assert.Equal("2", index.Manifests[0].Annotations!["d"]);
        Assert.Equal("1", OciJson.ParseManifest(_storage.Read(index.Manifests[0].Digest)).Annotations!["m"]);
    }

    [Fact]
    public async Task An_annotation_for_a_platform_that_is_not_built_is_refused()
    {
        var result = Results.Single("linux/amd64", Results.Config("linux/amd64"), _storage.AddLayer("a", "1"));
        var error = await Assert.ThrowsAsync<ExportException>(() => AssembleAsync(result, ("annotation[linux/s390x].m", "1")));
        Assert.Equal("annotation \"m\" is for linux/s390x, which is not built: built are linux/amd64", error.Message);
        error = await Assert.ThrowsAsync<ExportException>(() => AssembleAsync(result, ("annotation-index.m", "1")));
        Assert.Contains("single platform has none", error.Message);
    }

    [Fact]
    public async Task Without_a_config_the_image_gets_a_plain_one()
    {
        var config = ConfigOf(await AssembleAsync(new ExportResult([Results.Of("linux/arm64", null)], false, new Dictionary<string, byte[]>())));
        Assert.Equal(("linux", "arm64", "/"), (config.Os, config.Architecture, config.Config!.WorkingDir));
        Assert.Empty(config.RootFs!.DiffIds!);
    }

    private ImageConfig ConfigOf(AssembledImage image) => OciJson.ParseConfig(_storage.Read(image.Manifests[0].Config.Digest));

    private Task<AssembledImage> AssembleAsync(ExportResult result, params (string Key, string Value)[] attributes) =>
        new ImageAssembler(_storage, _storage).AssembleAsync(result, Results.Options(attributes), _storage.Lease(), _progress, TestContext.Current.CancellationToken);
}
