using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Caches;

/// <summary>Layers of a cache that are in its place while the build still works.</summary>
public sealed partial class EarlyExportTests(BaseImageRegistry bases)
{
    [Theory]
    [InlineData("max")]
    [InlineData("min")]
    public async Task The_first_steps_layer_is_in_the_registry_while_the_second_step_runs_and_nothing_is_that_no_cache_needs(string mode)
    {
        using var gate = new StepGate();
        await using var registry = await RegistryServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var place = await CreateAsync(registry);
        await using var other = await CreateAsync(registry);
        var cache = $"{registry.Host}/early:cache";
        var dockerfile = $"""
            FROM busybox:1.36 AS side
            RUN cat /proc/sys/kernel/random/uuid > /side
            FROM busybox:1.36
            RUN cat /proc/sys/kernel/random/uuid > /first
            RUN {gate.Command}
            COPY --from=side /side /

            """;
        place.Write("Dockerfile", dockerfile);
        other.Write("Dockerfile", dockerfile);

        var build = place.BuildAsync("--cache-to", $"type=registry,ref={cache},mode={mode}", "-o", $"type=local,dest={place.Path}/files");
        await gate.Reached;
        await place.WaitForAsync(() => Uploads(registry, "early").Count > 1, "no layer was sent while a step ran");
        using var http = new HttpClient();
        var early = Uploads(registry, "early");
        foreach (var digest in early)
            Assert.Equal(HttpStatusCode.OK, await AskAsync(http, $"{registry.Url}/v2/early/blobs/{digest}"));
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(http, $"{registry.Url}/v2/early/manifests/cache"));
        Assert.False(build.IsCompleted);
        gate.Open();
        await build;

        using var manifest = JsonDocument.Parse(await Tool.RunAsync("skopeo", "inspect", "--raw", "--tls-verify=false", "docker://" + cache));
        var layers = manifest.RootElement.GetProperty("layers").EnumerateArray().Select(Digest).Distinct().ToList();
        Assert.Subset(layers.ToHashSet(), early.ToHashSet());
        // Each once, and nothing but them and the config.
        Assert.Equal(layers.Append(Digest(manifest.RootElement.GetProperty("config"))).Order(), Uploads(registry, "early").Order());

        // What is there is enough for all of the result, also where the side was left out.
        await other.BuildAsync("--cache-from", cache, "-o", $"type=local,dest={other.Path}/files");
        Assert.Equal(await place.ReadAsync("files/first"), await other.ReadAsync("files/first"));
        Assert.Equal(await place.ReadAsync("files/side"), await other.ReadAsync("files/side"));
    }

    [Fact]
    public async Task A_cache_whose_layers_were_sent_early_is_the_same_as_one_that_is_written_at_once()
    {
        using var gate = new StepGate();
        await using var registry = await RegistryServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var place = await CreateAsync(registry);
        place.Write("Dockerfile", $"FROM busybox:1.36\nRUN date > /first\nRUN {gate.Command}\n");
        string Cache(string name) => $"type=registry,ref={registry.Host}/{name}:cache,mode=max";

        var build = place.BuildAsync("--cache-to", Cache("early"));
        await gate.Reached;
        await place.WaitForAsync(() => Uploads(registry, "early").Count > 0, "no layer was sent while a step ran");
        gate.Open();
        await build;
        // Whoever packs a layer first decides how, so that nothing is packed early where others want it otherwise.
        await place.BuildAsync("--cache-to", Cache("late"), "-o", $"type=oci,dest={place.Path}/image.tar,compression=zstd");

        var digests = await Task.WhenAll(new[] { "early", "late" }.Select(name => Tool.RunAsync(
            "skopeo", "inspect", "--raw", "--tls-verify=false", $"docker://{registry.Host}/{name}:cache")));
        Assert.Equal(digests[0], digests[1]);
    }

    [Fact]
    public async Task An_image_of_another_compression_than_its_cache_keeps_it()
    {
        using var gate = new StepGate();
        await using var registry = await RegistryServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var place = await CreateAsync(registry);
        place.Write("Dockerfile", $"FROM busybox:1.36\nRUN date > /first\nRUN {gate.Command}\n");

        var build = place.BuildAsync(
            "--cache-to", $"type=registry,ref={registry.Host}/app:cache,mode=max", "--provenance=false", "-t", $"{registry.Host}/app:1", "-o", "type=image,push=true,compression=zstd");
        await gate.Reached;
        gate.Open();
        await build;

        using var manifest = JsonDocument.Parse(await Tool.RunAsync("skopeo", "inspect", "--raw", "--tls-verify=false", $"docker://{registry.Host}/app:1"));
        Assert.Equal("application/vnd.oci.image.layer.v1.tar+zstd", manifest.RootElement.GetProperty("layers").EnumerateArray().Last().GetProperty("mediaType").GetString());
    }

    [Fact]
    public async Task A_registry_that_takes_nothing_is_told_once_at_the_end_and_fails_the_build_unless_that_is_allowed()
    {
        var refused = new TaskCompletionSource();
        using var denying = new ScriptedServer(context =>
        {
            if (context.Request.HttpMethod == "POST")
                refused.TrySetResult();
            ScriptedServer.Answer(context, context.Request.HttpMethod == "POST" ? 403 : 404);
            return Task.CompletedTask;
        });
        foreach (var more in new[] { "", ",ignore-error=true" })
        {
            using var gate = new StepGate();
            await using var place = await CreateAsync();
            place.Write("Dockerfile", $"FROM busybox:1.36\nRUN date > /first\nRUN {gate.Command} && echo went on\n");

            var build = place.TryBuildAsync("--cache-to", $"type=registry,ref={denying.Host}/app:cache,mode=max{more}");
            await gate.Reached;
            await refused.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
            Assert.False(build.IsCompleted);
            gate.Open();
            var result = await build;

            Assert.Equal(more.Length > 0, result.ExitCode == 0);
            Assert.Contains("went on", result.All, StringComparison.Ordinal);
            Assert.True(ExportError().Count(result.All) == 1, result.All);
            refused = new TaskCompletionSource();
        }
    }

    [Fact]
    public async Task A_step_that_fails_ends_the_build_also_while_a_layer_is_being_sent()
    {
        var begun = new TaskCompletionSource();
        using var hanging = new ScriptedServer(context =>
        {
            if (context.Request.HttpMethod == "HEAD")
                ScriptedServer.Answer(context, 404);
            else
                begun.TrySetResult();
            return Task.CompletedTask;
        });
        using var gate = new StepGate();
        await using var place = await CreateAsync();
        place.Write("Dockerfile", $"FROM busybox:1.36\nRUN date > /first\nRUN {gate.Command}; exit 7\n");

        var build = place.TryBuildAsync("--cache-to", $"type=registry,ref={hanging.Host}/app:cache,mode=max");
        await gate.Reached;
        await begun.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        gate.Open();
        // Much sooner than a silent registry is given up.
        var result = await build.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("exit code: 7", result.All, StringComparison.Ordinal);
        Assert.DoesNotContain("exporting cache", result.All, StringComparison.Ordinal);
        Assert.DoesNotContain(hanging.Requests, request => request.Contains("/manifests/", StringComparison.Ordinal));
    }

    private Task<Workplace> CreateAsync(RegistryServer? registry = null) =>
        Workplace.CreateAsync(bases, registry is null ? "" : $"[registry.\"{registry.Host}\"]\n  http = true\n");

    /// <summary>The blobs that were sent to a repository, each as often as it was.</summary>
    private static List<string> Uploads(RegistryServer registry, string repository) =>
        [.. UploadPattern().Matches(registry.Log).Where(match => match.Groups[1].Value == repository).Select(match => Uri.UnescapeDataString(match.Groups[2].Value))];

    private static string Digest(JsonElement descriptor) => descriptor.GetProperty("digest").GetString()!;

    private static async Task<HttpStatusCode> AskAsync(HttpClient http, string url)
    {
        using var response = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, url), TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    /// <summary>A line of the access log for the end of an upload that was taken.</summary>
    [GeneratedRegex(@"""PUT /v2/([^/]+)/blobs/uploads/[^"" ]*digest=([^&"" ]+)[^""]*"" 201")]
    private static partial Regex UploadPattern();

    /// <summary>The export's own line in the plain display.</summary>
    [GeneratedRegex(@"^#\d+ ERROR: failed to push sha256:", RegexOptions.Multiline)]
    private static partial Regex ExportError();
}
