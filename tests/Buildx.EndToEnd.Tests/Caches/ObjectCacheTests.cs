using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Caches;

/// <summary>Caches in stores of objects, from one builder to another that has nothing but the cache.</summary>
public sealed class ObjectCacheTests(BaseImageRegistry bases, ObjectStores stores) : IClassFixture<ObjectStores>
{
    [Theory]
    [InlineData("s3", ",prefix=team/,blobs_prefix=b/,manifests_prefix=m/,name=one;two,upload_parallelism=1,touch_refresh=1h,retry_mode=adaptive,retry_max_attempts=2,compression=zstd")]
    [InlineData("azblob", ",prefix=team,blobs_prefix=b,manifests_prefix=m,name=one;two")]
    [InlineData("gha", ",scope=first")]
    [InlineData("gha v2", ",scope=second,timeout=1m")]
    public async Task A_builder_without_anything_runs_no_step_with_the_cache_of_another(string type, string more)
    {
        await using var first = await CachedProject.CreateAsync(bases);
        await using var second = await CachedProject.CreateAsync(bases);
        var cache = stores.Attributes(type) + more;

        var exported = await first.BuildAsync("--cache-to", cache + ",mode=max", "-o", $"type=local,dest={first.Path}/files");
        var imported = await second.BuildAsync("--cache-from", cache, "-o", $"type=local,dest={second.Path}/files");

        Assert.Equal(CachedProject.Steps, PlainProgress.CachedSteps(imported).Count);
        Assert.Equal(await first.ReadAsync("files/out/built"), await second.ReadAsync("files/out/built"));
        stores.AssertNoSecret(exported + imported);
        await stores.AssertNoSecretInAsync(first.Path, second.Path);
        Assert.Empty(stores.GitHub.Violations);
    }

    [Fact]
    public async Task BuildKit_runs_no_step_with_what_we_have_left_for_GitHub_and_we_run_none_with_what_it_has()
    {
        await using var first = await CachedProject.CreateAsync(bases);
        await using var last = await CachedProject.CreateAsync(bases);
        await using var real = await RealBuildKit.StartAsync(bases);
        // Each version in one direction.
        var (ours, theirs) = (stores.Attributes("gha v2") + ",scope=ours", stores.Attributes("gha") + ",scope=theirs");

        await first.BuildAsync("--cache-to", ours + ",mode=max", "-o", $"type=local,dest={first.Path}/files");
        var log = await real.BuildAsync(first.Project, "--cache-from", ours, "--cache-to", theirs + ",mode=max", "-o", $"type=local,dest={first.Path}/theirs");
        var back = await last.BuildAsync("--cache-from", theirs, "-o", $"type=local,dest={last.Path}/files");

        // A step whose layer BuildKit fetches is sometimes told of as done, not as cached; what it made says that it did not run.
        Assert.InRange(PlainProgress.CachedSteps(log).Count, CachedProject.Steps - 2, CachedProject.Steps);
        Assert.Equal(await first.ReadAsync("files/out/built"), await first.ReadAsync("theirs/out/built"));
        Assert.Equal(CachedProject.Steps, PlainProgress.CachedSteps(back).Count);
        Assert.Equal(await first.ReadAsync("files/out/built"), await last.ReadAsync("files/out/built"));
        Assert.Empty(stores.GitHub.Violations);
    }

    [Fact]
    public async Task A_job_of_GitHubs_is_known_by_its_environment_and_elsewhere_its_cache_is_left_out()
    {
        await using var place = await CachedProject.CreateAsync(bases);

        var elsewhere = await place.BuildAsync("--cache-to", "type=gha,scope=environment", "--cache-from", "type=gha,scope=environment");
        place.Environment["ACTIONS_CACHE_SERVICE_V2"] = "true";
        place.Environment["ACTIONS_RESULTS_URL"] = stores.GitHub.Url;
        place.Environment["ACTIONS_RUNTIME_TOKEN"] = stores.GitHub.Token;
        await place.BuildAsync("--cache-to", "type=gha,scope=environment");

        Assert.Contains("the cache type=gha is left out", elsewhere, StringComparison.Ordinal);
        Assert.Contains(stores.GitHub.Keys, key => key.StartsWith("index-environment-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Keys_of_the_users_environment_are_found()
    {
        await using var first = await CachedProject.CreateAsync(bases);
        await using var second = await CachedProject.CreateAsync(bases);
        var server = stores.S3;
        first.Environment["AWS_ACCESS_KEY_ID"] = S3Server.AccessKeyId;
        first.Environment["AWS_SECRET_ACCESS_KEY"] = server.SecretAccessKey;
        first.Environment["AWS_REGION"] = S3Server.Region;
        second.Environment["AWS_PROFILE"] = "work";
        second.Environment["AWS_SHARED_CREDENTIALS_FILE"] = second.Path + "/aws/credentials";
        second.Environment["AWS_CONFIG_FILE"] = second.Path + "/aws/config";
        second.Write("../aws/credentials", $"[work]\naws_access_key_id = {S3Server.AccessKeyId}\naws_secret_access_key = {server.SecretAccessKey}\n");
        second.Write("../aws/config", $"[profile work]\nregion = {S3Server.Region}\n");
        var cache = $"type=s3,bucket={S3Server.Bucket},endpoint_url={server.Url},use_path_style=true,name=environment";

        await first.BuildAsync("--cache-to", cache, "-o", $"type=local,dest={first.Path}/files");
        await second.BuildAsync("--cache-from", cache, "-o", $"type=local,dest={second.Path}/files");

        Assert.Equal(await first.ReadAsync("files/out/built"), await second.ReadAsync("files/out/built"));
    }

    [Fact]
    public async Task What_is_wrong_fails_an_export_unless_that_is_allowed_and_no_import()
    {
        await using var place = await CachedProject.CreateAsync(bases);
        (string Type, string Wrong, string Told)[] cases =
        [
            ("s3", "secret_access_key=very-hidden", "Check secret_access_key"),
            ("s3", "bucket=missing", "Make the bucket missing"),
            ("s3", "endpoint_url=http://127.0.0.1:1", "nothing listens there"),
            ("azblob", "secret_access_key=dmVyeS1oaWRkZW4=", "Check secret_access_key and account_name"),
            ("azblob", "account_url=http://127.0.0.1:1/account", "nothing listens there"),
        ];

        foreach (var (type, wrong, told) in cases)
        {
            var cache = stores.Attributes(type) + "," + wrong;
            var refused = await place.TryBuildAsync("--cache-to", cache);
            var allowed = await place.TryBuildAsync("--cache-to", cache + ",ignore-error=true");
            var imported = await place.TryBuildAsync("--cache-from", cache, "--no-cache-filter", "build");

            Assert.NotEqual(0, refused.ExitCode);
            Assert.Equal((0, 0), (allowed.ExitCode, imported.ExitCode));
            foreach (var text in new[] { refused.All, allowed.All, imported.All })
            {
                Assert.True(text.Contains(told, StringComparison.Ordinal), text);
                Assert.DoesNotContain("very-hidden", text, StringComparison.Ordinal);
                Assert.DoesNotContain("dmVyeS1oaWRkZW4", text, StringComparison.Ordinal);
                stores.AssertNoSecret(text);
            }
        }
    }

    [Fact]
    public async Task A_blob_that_was_damaged_is_not_used_and_the_error_says_where_it_lies()
    {
        await using var first = await CachedProject.CreateAsync(bases);
        await using var second = await CachedProject.CreateAsync(bases);
        await using var server = await S3Server.StartAsync(TestContext.Current.CancellationToken);
        var cache = server.Attributes;
        await first.BuildAsync("--cache-to", cache, "-o", $"type=local,dest={first.Path}/files");
        server.DamageBlobs();

        var broken = await second.TryBuildAsync("--cache-from", cache, "-o", $"type=local,dest={second.Path}/files");

        Assert.NotEqual(0, broken.ExitCode);
        Assert.Contains($"s3://{S3Server.Bucket}", broken.All, StringComparison.Ordinal);
    }
}
