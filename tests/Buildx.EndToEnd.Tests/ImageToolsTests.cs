using System.Text.Json;
using System.Text.Json.Nodes;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary><c>imagetools</c> on a real registry, beside Docker's Buildx on the same images.</summary>
public sealed class ImageToolsTests(BaseImageRegistry bases)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("--prefer-index=false")]
    [InlineData("--annotation|index:org.example.a=<1> & 2|--annotation|manifest-descriptor[linux/arm64]:org.example.b=3")]
    [InlineData("--platform|linux/arm64")]
    public async Task Images_are_joined_as_Docker_Buildx_joins_them(string more)
    {
        await using var place = await Workplace.CreateAsync(bases);
        var name = await PushTwoAsync(place, "--provenance=mode=max");
        string[] flags = more.Length == 0 ? [] : more.Split('|');
        string[] sources = more == "--prefer-index=false" ? [$"{name}:amd64"] : [$"{name}:amd64", $"{name}:arm64"];

        var ours = await place.Tool(Repository.Executable).SucceedAsync(["imagetools", "create", "--dry-run", "-t", $"{name}:both", .. flags, .. sources]);
        await place.BuildxAsync(["imagetools", "create", "--metadata-file", "metadata.json", "-t", $"{name}:both", .. flags, .. sources]);

        var raw = (await place.Tool(Repository.Executable).SucceedAsync("imagetools", "inspect", "--raw", $"{name}:both")).Output;
        Assert.Equal(ours.Output, raw + "\n");
        var metadata = JsonNode.Parse(await File.ReadAllTextAsync(place.Project + "/metadata.json", Cancellation))!;
        Assert.Equal(await DigestAsync($"{name}:both"), metadata["containerimage.descriptor"]!["digest"]!.GetValue<string>());
        Assert.Equal(name, metadata["image.name"]!.GetValue<string>());
        if (flags is ["--platform", ..])
        {
            // Buildx 0.29 has no such flag for create: the images left are told instead.
            Assert.Equal(["linux/arm64"], Platforms(raw));
            return;
        }
        var theirs = await (await TheirsAsync(place)).SucceedAsync(["imagetools", "create", "--dry-run", "-t", $"{name}:both", .. flags, .. sources]);
        // Go writes < > & in another way; what they mean is the same.
        if (more.Contains('<'))
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(theirs.Output), JsonNode.Parse(ours.Output)), $"{theirs.Output}\n{ours.Output}");
        else
            Assert.Equal(theirs.Output, ours.Output);
    }

    [Fact]
    public async Task An_image_goes_to_another_registry_with_all_that_belongs_to_it_and_can_be_added_to()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var other = await RegistryServer.StartAsync(new RegistryServerOptions { Login = ("user", "secret") }, Cancellation);
        await (place.Tool(Repository.Executable) with { Input = "secret" }).SucceedAsync("login", "--username", "user", "--password-stdin", other.Host);
        var name = await PushTwoAsync(place, "--provenance=true");

        await place.BuildxAsync("imagetools", "create", "-t", $"{other.Host}/copy/app:1", "-t", $"{other.Host}/copy/app:latest", "-t", $"{bases.Server.Host}/mounted:1", $"{name}:amd64");
        await place.BuildxAsync("imagetools", "create", "--append", "-t", $"{other.Host}/copy/app:1", $"{name}:arm64");

        var both = await InspectAsync(place, $"{other.Host}/copy/app:1", "{{json .Manifest}}");
        Assert.Equal(["linux/amd64", "linux/arm64"], Platforms(both));
        Assert.Equal(await DigestAsync($"{name}:amd64"), await DigestAsync($"{bases.Server.Host}/mounted:1"));
        Assert.Equal(await DigestAsync($"{name}:amd64"), await DigestAsync($"{other.Host}/copy/app:latest", "user:secret"));
        foreach (var platform in new[] { "amd64", "arm64" })
        {
            await Tool.RunAsync(
                "skopeo", "copy", "--src-tls-verify=false", "--src-creds=user:secret", "--override-arch", platform,
                $"docker://{other.Host}/copy/app:1", $"oci:{place.Path}/{platform}");
        }
        var provenance = JsonNode.Parse(await InspectAsync(place, $"{other.Host}/copy/app:1", "{{json (index .Provenance \"linux/arm64\").SLSA}}"));
        Assert.NotNull(provenance!["buildDefinition"] ?? provenance["buildType"]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{{.Manifest}}")]
    [InlineData("{{.Name}} {{.Manifest.Digest}} {{.Manifest.MediaType}}")]
    [InlineData("{{json .Manifest}}")]
    [InlineData("{{json .Image}}")]
    [InlineData("{{json .Provenance}}")]
    [InlineData("{{range .Manifest.Manifests}}{{println .Digest .Size}}{{end}}")]
    [InlineData("{{json (index .Image \"linux/amd64\").Config.Env}}")]
    public async Task An_image_is_shown_as_Docker_Buildx_shows_it(string? format)
    {
        await using var place = await Workplace.CreateAsync(bases);
        var name = await PushTwoAsync(place, "--provenance=mode=max");
        await place.BuildxAsync("imagetools", "create", "-t", $"{name}:both", $"{name}:amd64", $"{name}:arm64");
        string[] command = format is null ? ["imagetools", "inspect", $"{name}:both"] : ["imagetools", "inspect", "--format", format, $"{name}:both"];

        var ours = (await place.Tool(Repository.Executable).SucceedAsync(command)).Output;
        var theirs = (await (await TheirsAsync(place)).SucceedAsync(command)).Output;

        if (format?.StartsWith("{{json", StringComparison.Ordinal) == true)
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(theirs), JsonNode.Parse(ours)), $"{theirs}\n{ours}");
        else
            // Go has no order of a map's entries.
            Assert.Equal(theirs.Split('\n').Order(StringComparer.Ordinal), ours.Split('\n').Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("imagetools create -t localhost:1/x", "what is the image to be made of?")]
    [InlineData("imagetools create localhost:1/x", "the new image needs a name")]
    [InlineData("imagetools create -t localhost:1/a sha256:12", "is no source")]
    [InlineData("imagetools create --dry-run sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "does not say in which repository")]
    [InlineData("imagetools create -t localhost:1/a --annotation x=1 localhost:1/b", "write index:x=…")]
    [InlineData("imagetools inspect localhost:1/x", "localhost:1")]
    [InlineData("imagetools inspect localhost:1/x --format {{.Name", "--format: character 1")]
    [InlineData("imagetools inspekt", "unknown command \"imagetools inspekt\"")]
    public async Task What_is_wrong_is_said(string commandLine, string expected)
    {
        await using var place = await Workplace.CreateAsync(bases);

        var result = await place.Tool(Repository.Executable).ExecuteAsync(commandLine.Split(' '));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    private async Task<string> PushTwoAsync(Workplace place, string attestation)
    {
        var name = $"{bases.Server.Host}/tools/{Guid.NewGuid():n}";
        place.Write("Dockerfile", "FROM busybox:1.36\nARG TARGETARCH\nRUN echo $TARGETARCH >/arch\nENV WHERE=here\n");
        foreach (var platform in new[] { "amd64", "arm64" })
            await place.BuildAsync(attestation, "--platform", $"linux/{platform}", "-t", $"{name}:{platform}", "--push");
        return name;
    }

    private static async Task<Tool> TheirsAsync(Workplace place) => place.Tool(await Peers.GetBuildxAsync());

    private static async Task<string> InspectAsync(Workplace place, string image, string format) =>
        (await place.Tool(Repository.Executable).SucceedAsync("imagetools", "inspect", image, "--format", format)).Output;

    private static async Task<string> DigestAsync(string image, string? login = null) => Oci.Digest.Sha256(System.Text.Encoding.UTF8.GetBytes(await Tool.RunAsync(
        "skopeo", ["inspect", "--tls-verify=false", "--raw", .. login is null ? Array.Empty<string>() : ["--creds", login], $"docker://{image}"]))).Value;

    private static string[] Platforms(string index) => [.. JsonDocument.Parse(index).RootElement.GetProperty("manifests").EnumerateArray()
        .Select(manifest => manifest.GetProperty("platform"))
        .Select(platform => $"{platform.GetProperty("os").GetString()}/{platform.GetProperty("architecture").GetString()}")
        .Where(platform => !platform.StartsWith("unknown", StringComparison.Ordinal))];
}
