using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary><c>--cache-to</c> and <c>--cache-from</c> of the real <c>docker buildx</c>, from each builder to a new one.</summary>
[Collection(RemoteCollection.Name)]
public sealed class RemoteCacheTests(RemoteBuilder remote)
{
    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task Caches_that_a_builder_has_left_spare_another_one_the_work(string builder)
    {
        await using var registry = await RegistryServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var buildx = await remote.BuildxAsync(builder);
        await using var other = await Buildkitd.StartAsync(remote.Bases, $"[registry.\"{registry.Host}\"]\n  http = true\n");
        await buildx.RunAsync("create", "--name", "other", "--driver", "remote", other.UnixAddress);
        buildx.Write("Dockerfile", $"FROM busybox:1.36\nCOPY file /file\nRUN cat /proc/sys/kernel/random/uuid > /id\nRUN : {Guid.NewGuid():n}\n");
        buildx.Write("file", "copied");
        buildx.Write("docker-bake.hcl", $$"""
            target "default" {
              cache-from = ["type=registry,ref={{registry.Host}}/app:cache"]
              cache-to = ["type=local,dest={{buildx.Path}}/baked,mode=max"]
              output = ["type=local,dest={{buildx.Path}}/bake"]
            }
            """);
        (string To, string From)[] caches = [
            ($"type=local,dest={buildx.Path}/cache,mode=max", $"type=local,src={buildx.Path}/cache"),
            ($"type=registry,ref={registry.Host}/app:cache,mode=max", $"{registry.Host}/app:cache"),
            ("type=inline", $"type=registry,ref={registry.Host}/app:v1"),
        ];

        foreach (var (to, _) in caches)
            await buildx.BuildAsync(builder, "--cache-to", to, "--provenance=false", "-t", registry.Host + "/app:v1", "--push", "-o", $"type=local,dest={buildx.Path}/made");
        foreach (var (to, from) in caches)
        {
            var log = await buildx.BuildAsync("other", "--cache-from", from, "-o", $"type=local,dest={buildx.Path}/found");
            Assert.Equal((to, buildx.Read("made/id")), (to, buildx.Read("found/id")));
            Assert.Equal(2, PlainProgress.CachedSteps(log).Count(step => step.Contains("RUN", StringComparison.Ordinal)));
            await buildx.RunAsync("prune", "--builder", "other", "--all", "--force");
        }
        await buildx.RunAsync("bake", "--builder", "other", "--allow", "fs=*");

        Assert.Equal(buildx.Read("made/id"), buildx.Read("bake/id"));
        Assert.True(File.Exists(buildx.Path + "/baked/index.json"));
    }
}
