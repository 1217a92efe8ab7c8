using System.Text.Json;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>Where the real <c>docker buildx build</c> and <c>bake</c> put what the engine has built.</summary>
[Collection(RemoteCollection.Name)]
public sealed class RemoteOutputsTests(RemoteBuilder remote)
{
    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task The_image_and_registry_outputs_push_with_the_attributes_they_were_given(string builder)
    {
        await using var registry = await RegistryServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var buildx = await remote.BuildxAsync(builder);
        buildx.Write("Dockerfile", "FROM busybox:1.36\nRUN echo pushed > /f\n");
        var image = $"{registry.Host}/app";

        await buildx.BuildAsync(builder, "--provenance=false", "-o", $"type=image,name={image}:zstd,push=true,compression=zstd,force-compression=true,oci-mediatypes=true,annotation.a=b");
        await buildx.BuildAsync(builder, "--provenance=false", "-o", $"type=registry,name={image}:docker,oci-mediatypes=false,rewrite-timestamp=true", "--build-arg", "SOURCE_DATE_EPOCH=1700000000");
        await buildx.BuildAsync(
            builder, "--provenance=false", "-o", $"type=image,name={image},push-by-digest=true,push=true,name-canonical=true", "--metadata-file", buildx.Path + "/metadata.json");
        var unnamed = await buildx.FailAsync("build", "--builder", builder, "--push", ".");
        // What is wrong with an output is said before the client's frontend has a build to work for.
        var wrong = await buildx.FailAsync("build", "--builder", builder, "-o", $"type=image,name={image},compression=nonsense", ".");

        var zstd = JsonDocument.Parse(await InspectAsync("--raw", image + ":zstd")).RootElement;
        Assert.All(zstd.GetProperty("layers").EnumerateArray(), layer => Assert.Equal("application/vnd.oci.image.layer.v1.tar+zstd", layer.GetProperty("mediaType").GetString()));
        Assert.Equal("b", zstd.GetProperty("annotations").GetProperty("a").GetString());
        Assert.Equal(
            "application/vnd.docker.distribution.manifest.v2+json", JsonDocument.Parse(await InspectAsync("--raw", image + ":docker")).RootElement.GetProperty("mediaType").GetString());
        Assert.StartsWith("2023-11-14T22:13:20", JsonDocument.Parse(await InspectAsync("--config", image + ":docker")).RootElement.GetProperty("created").GetString(), StringComparison.Ordinal);
        var digest = JsonDocument.Parse(buildx.Read("metadata.json")).RootElement.GetProperty("containerimage.digest").GetString();
        Assert.Contains("layers", await InspectAsync("--raw", $"{image}@{digest}"), StringComparison.Ordinal);
        var tags = JsonDocument.Parse(await Tool.RunAsync("skopeo", "list-tags", "--tls-verify=false", $"docker://{image}")).RootElement.GetProperty("Tags").EnumerateArray().Select(tag => tag.GetString());
        Assert.Equal(["docker", "zstd"], tags.Order());
        Assert.Contains("tag is needed when pushing to registry", unnamed.All, StringComparison.Ordinal);
        Assert.Contains("compression=\"nonsense\" is not valid", wrong.All, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task Directories_layouts_and_archives_go_where_they_are_told_and_cacheonly_goes_nowhere(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        var salt = Guid.NewGuid().ToString("N");
        buildx.Write("Dockerfile", $"FROM busybox:1.36\nRUN echo {salt} > /f\n");

        await buildx.BuildAsync(builder, "-o", "type=cacheonly");
        var plain = await buildx.BuildAsync(builder, "-o", "plain");
        await buildx.BuildAsync(builder, "--provenance=false", "-o", "type=oci,dest=layout,tar=false", "-o", "type=oci,dest=image.tar,name=named:v1");
        await buildx.BuildAsync(builder, "-o", "type=tar,dest=files.tar");
        var piped = await buildx.RunAsync("build", "--builder", builder, "-o", "-", "--quiet", ".");
        await buildx.BuildAsync(builder, "-o", "type=local,dest=split,platform-split=true");

        // The directories are outputs of this project and part of its context, which nothing is copied from.
        Assert.Contains(PlainProgress.CachedSteps(plain), step => step.EndsWith($"RUN echo {salt} > /f", StringComparison.Ordinal));
        Assert.Equal(salt + "\n", buildx.Read("project/plain/f"));
        Assert.Equal(salt + "\n", buildx.Read("project/split/linux_amd64/f"));
        Assert.Contains("amd64", await Tool.RunAsync("skopeo", "inspect", $"oci:{buildx.Project}/layout"), StringComparison.Ordinal);
        Assert.Contains("named:v1", await Tool.RunAsync("tar", "-xOf", buildx.Project + "/image.tar", "index.json"), StringComparison.Ordinal);
        Assert.Equal(salt + "\n", await Tool.RunAsync("tar", "-xOf", buildx.Project + "/files.tar", "f"));
        Assert.Contains(salt, piped, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task Load_gives_the_image_to_the_Docker_Engine(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        buildx.Environment["DOCKER_HOST"] = await remote.Docker.GetHostAsync();
        buildx.Write("Dockerfile", $"FROM busybox:1.36\nRUN echo by-{builder} > /made\nCMD [\"cat\", \"/made\"]\n");
        buildx.Write("docker-bake.hcl", "target \"default\" { tags = [\"baked:v1\"] }\n");
        var docker = await remote.Docker.DockerAsync();

        await buildx.BuildAsync(builder, "--load", "-t", "loaded:v1");
        var loaded = (await docker.SucceedAsync("run", "--rm", "--network=none", "loaded:v1")).Output;
        await buildx.RunAsync("bake", "--builder", builder, "--load", "--progress=plain");
        var baked = (await docker.SucceedAsync("run", "--rm", "--network=none", "baked:v1")).Output;
        await docker.SucceedAsync("rmi", "loaded:v1", "baked:v1");

        Assert.Equal(($"by-{builder}\n", $"by-{builder}\n"), (loaded, baked));
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task Bake_pushes_targets_that_build_on_each_other(string builder)
    {
        await using var registry = await RegistryServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var buildx = await remote.BuildxAsync(builder);
        buildx.Write("base/Dockerfile", "FROM busybox:1.36\nARG WHAT=base\nRUN cat /proc/sys/kernel/random/uuid > /id\n");
        buildx.Write("Dockerfile", "FROM parent\nARG NAME\nRUN echo $NAME > /name\n");
        buildx.Write("docker-bake.json", $$"""
            {
              "group": { "default": { "targets": ["app"] } },
              "target": {
                "base": { "context": "base", "tags": ["{{registry.Host}}/base:v1"] },
                "app": {
                  "name": "app-${item}",
                  "matrix": { "item": ["one", "two"] },
                  "args": { "NAME": "${item}" },
                  "contexts": { "parent": "target:base" },
                  "tags": ["{{registry.Host}}/${item}:v1"]
                }
              }
            }
            """);

        await buildx.RunAsync("bake", "--builder", builder, "--push", "--progress=plain", "--provenance=false");
        var outline = await buildx.RunAsync("bake", "--builder", builder, "--call=outline", "base");

        var ids = new List<string>();
        foreach (var name in (string[])["one", "two"])
        {
            var layout = $"{buildx.Path}/{name}";
            await Tool.RunAsync("skopeo", "copy", "--src-tls-verify=false", $"docker://{registry.Host}/{name}:v1", $"dir:{layout}");
            var layers = JsonDocument.Parse(buildx.Read($"{name}/manifest.json")).RootElement.GetProperty("layers").EnumerateArray()
                .Select(layer => $"{layout}/{layer.GetProperty("digest").GetString()!.Split(':')[1]}").ToList();
            ids.Add(await Tool.RunAsync("tar", "-xOzf", layers[^2], "id"));
            Assert.Equal(name + "\n", await Tool.RunAsync("tar", "-xOzf", layers[^1], "name"));
        }
        Assert.Equal(ids[0], ids[1]);
        Assert.Contains("WHAT", outline, StringComparison.Ordinal);
    }

    private static Task<string> InspectAsync(string how, string image) => Tool.RunAsync("skopeo", "inspect", how, "--tls-verify=false", $"docker://{image}");
}
