using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Buildx.Oci;
using Buildx.TestSupport;

namespace Buildx.Registry.Tests;

public class UnreliableRegistryTests
{
    private static readonly byte[] Content = RandomNumberGenerator.GetBytes(300_000);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Descriptor Blob => new(MediaTypes.OciLayer, Digest.Sha256(Content), Content.Length);

    [Theory]
    [InlineData(429)]
    [InlineData(502)]
    [InlineData(503)]
    public async Task A_temporary_failure_is_tried_again_after_the_time_it_asks_for(int status)
    {
        var count = 0;
        using var server = new ScriptedServer(context =>
        {
            if (Interlocked.Increment(ref count) <= 2)
                ScriptedServer.Answer(context, status, "", ("Retry-After", "1"));
            else
                ScriptedServer.Answer(context, 200);
            return Task.CompletedTask;
        });
        using var client = new RegistryClient(RegistryConfiguration.Default);
        var clock = Stopwatch.StartNew();
        Assert.True(await client.Open(server.Host, "a", AnonymousCredentials.Instance).HasBlobAsync(Blob.Digest, Cancellation));
        Assert.InRange(clock.Elapsed.TotalSeconds, 1.9, 10);
    }

    [Fact]
    public async Task A_registry_that_wants_a_long_pause_is_not_waited_for()
    {
        using var server = new ScriptedServer(context =>
        {
            ScriptedServer.Answer(context, 429, """{"errors":[{"code":"TOOMANYREQUESTS","message":"pull rate limit"}]}""", ("Retry-After", "3600"));
            return Task.CompletedTask;
        });
        using var client = new RegistryClient(RegistryConfiguration.Default);
        var reference = ImageReference.Parse($"{server.Host}/a:t");
        var error = await Assert.ThrowsAsync<RegistryException>(
            () => client.Open(reference, AnonymousCredentials.Instance).GetManifestAsync(reference, Cancellation));
        Assert.Equal(RegistryErrorKind.RateLimited, error.Kind);
        Assert.Contains("pull rate limit", error.Message);
        Assert.Equal(HttpStatusCode.TooManyRequests, error.StatusCode);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_download_that_breaks_off_goes_on_where_it_broke(bool honoursRanges)
    {
        using var server = new ScriptedServer(async context =>
        {
            var from = 0;
            if (honoursRanges && context.Request.Headers["Range"] is { } range)
            {
                from = int.Parse(range["bytes=".Length..^1], System.Globalization.CultureInfo.InvariantCulture);
                context.Response.StatusCode = 206;
            }
            context.Response.ContentLength64 = Content.Length - from;
            var isFirst = context.Request.Headers["Range"] is null;
            var length = isFirst ? 120_000 : Content.Length - from;
            await context.Response.OutputStream.WriteAsync(Content.AsMemory(from, length));
            await context.Response.OutputStream.FlushAsync();
            if (isFirst)
                context.Response.Abort();
            else
                context.Response.Close();
        });
        using var client = new RegistryClient(RegistryConfiguration.Default);
        await using var stream = await client.Open(server.Host, "a", AnonymousCredentials.Instance).OpenBlobAsync(Blob, cancellationToken: Cancellation);
        var received = new MemoryStream();
        await stream.CopyToAsync(received, Cancellation);
        Assert.Equal(Content, received.ToArray());
        Assert.Equal(2, server.Requests.Count);
        Assert.Contains("bytes=", server.Requests[1]);
    }

    [Fact]
    public async Task A_download_that_falls_silent_is_taken_up_again()
    {
        var count = 0;
        var end = new TaskCompletionSource();
        using var server = new ScriptedServer(async context =>
        {
            var isFirst = Interlocked.Increment(ref count) == 1;
            context.Response.ContentLength64 = Content.Length;
            await context.Response.OutputStream.WriteAsync(Content.AsMemory(0, isFirst ? 1000 : Content.Length));
            await context.Response.OutputStream.FlushAsync();
            if (isFirst)
                await end.Task;
            context.Response.Close();
        });
        using var client = new RegistryClient(RegistryConfiguration.Default, new RegistryClientOptions { SilenceTimeout = TimeSpan.FromSeconds(1) });
        Assert.Equal(Content, await client.Open(server.Host, "a", AnonymousCredentials.Instance).ReadBlobAsync(Blob, Cancellation));
        end.SetResult();
        Assert.Equal(2, count);
    }

    [Fact]
    public async Task Blobs_are_copied_inside_one_registry_though_each_direction_is_limited()
    {
        using var server = new ScriptedServer(async context =>
        {
            if (context.Request.HttpMethod == "GET")
            {
                await context.Response.OutputStream.WriteAsync(Content);
                context.Response.Close();
            }
            else
            {
                await ServeUploadAsync(context, fails: () => false);
            }
        });
        using var client = new RegistryClient(new RegistryConfiguration { MaxConcurrency = 1 });
        var (from, to) = (client.Open(server.Host, "from", AnonymousCredentials.Instance), client.Open(server.Host, "a", AnonymousCredentials.Instance));
        var result = await to.PushBlobAsync(
            Blob, async token => await from.OpenBlobAsync(Blob, cancellationToken: token), cancellationToken: Cancellation).WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        Assert.Equal(BlobPushResult.Uploaded, result);
    }

    [Fact]
    public async Task Authorization_does_not_follow_a_redirect_to_another_host()
    {
        using var storage = new ScriptedServer(async context =>
        {
            await context.Response.OutputStream.WriteAsync(Content);
            context.Response.Close();
        });
        using var server = new ScriptedServer(context =>
        {
            if (context.Request.Headers["Authorization"] is null)
                ScriptedServer.Answer(context, 401, "", ("WWW-Authenticate", "Basic realm=\"x\""));
            else
                ScriptedServer.Answer(context, 307, "", ("Location", $"http://{storage.Host}/blob?signature=s3cret"));
            return Task.CompletedTask;
        });
        using var client = new RegistryClient(RegistryConfiguration.Default);
        var repository = client.Open(server.Host, "a", new FixedCredentials(server.Host, RegistryCredential.FromPassword("me", "pw")));
        Assert.Equal(Content, await repository.ReadBlobAsync(Blob, Cancellation));
        Assert.Equal(["GET /blob?signature=s3cret"], storage.Requests);
        Assert.Contains("Basic", server.Requests[1]);
    }

    [Fact]
    public async Task Secrets_in_the_url_of_a_redirect_are_not_shown()
    {
        using var server = new ScriptedServer(context =>
        {
            ScriptedServer.Answer(context, 307, "", ("Location", "http://127.0.0.1:1/blob?signature=s3cret"));
            return Task.CompletedTask;
        });
        using var client = new RegistryClient(RegistryConfiguration.Default);
        var error = await Assert.ThrowsAsync<RegistryException>(
            () => client.Open(server.Host, "a", AnonymousCredentials.Instance).ReadBlobAsync(Blob, Cancellation));
        Assert.DoesNotContain("s3cret", error.ToString());
    }

    [Fact]
    public async Task An_upload_that_fails_is_started_again()
    {
        var uploads = 0;
        using var server = new ScriptedServer(context => ServeUploadAsync(context, fails: () => Interlocked.Increment(ref uploads) == 1));
        using var client = new RegistryClient(RegistryConfiguration.Default);
        var result = await client.Open(server.Host, "a", AnonymousCredentials.Instance).PushBlobAsync(Blob, Content, Cancellation);
        Assert.Equal(BlobPushResult.Uploaded, result);
        Assert.Equal(2, uploads);
    }

    [Fact]
    public async Task A_registry_that_takes_no_whole_blob_gets_it_in_chunks()
    {
        var received = new MemoryStream();
        var ranges = new List<string>();
        using var server = new ScriptedServer(async context =>
        {
            var request = context.Request;
            switch (request.HttpMethod)
            {
                case "HEAD":
                    ScriptedServer.Answer(context, 404);
                    break;
                case "POST":
                    ScriptedServer.Answer(context, 202, "", ("Location", "/v2/a/blobs/uploads/1?state=x"));
                    break;
                case "PATCH":
                    ranges.Add(request.Headers["Content-Range"] ?? "");
                    await request.InputStream.CopyToAsync(received);
                    ScriptedServer.Answer(context, 202, "", ("Location", "/v2/a/blobs/uploads/1?state=y"));
                    break;
                default:
                    await request.InputStream.CopyToAsync(Stream.Null);
                    ScriptedServer.Answer(context, request.RawUrl!.Contains("state=y", StringComparison.Ordinal) ? 201 : 413);
                    break;
            }
        });
        using var client = new RegistryClient(RegistryConfiguration.Default);
        await client.Open(server.Host, "a", AnonymousCredentials.Instance).PushBlobAsync(Blob, Content, Cancellation);
        Assert.Equal(Content, received.ToArray());
        Assert.Equal([$"0-{Content.Length - 1}"], ranges);
    }

    [Fact]
    public async Task A_manifest_that_is_not_what_was_asked_for_is_refused()
    {
        using var server = new ScriptedServer(context =>
        {
            ScriptedServer.Answer(context, 200, """{"schemaVersion":2,"manifests":[]}""", ("Content-Type", MediaTypes.OciIndex));
            return Task.CompletedTask;
        });
        using var client = new RegistryClient(RegistryConfiguration.Default);
        var error = await Assert.ThrowsAsync<RegistryException>(
            () => client.Open(server.Host, "a", AnonymousCredentials.Instance).GetManifestAsync(Blob, Cancellation));
        Assert.Equal(RegistryErrorKind.Invalid, error.Kind);
    }

    [Fact]
    public async Task A_page_that_is_no_manifest_is_told_from_one()
    {
        using var server = new ScriptedServer(context =>
        {
            ScriptedServer.Answer(context, 200, "<html>Welcome to the hotel's network</html>", ("Content-Type", "text/html"));
            return Task.CompletedTask;
        });
        using var client = new RegistryClient(RegistryConfiguration.Default);
        var reference = ImageReference.Parse($"{server.Host}/a:t");
        var error = await Assert.ThrowsAsync<RegistryException>(
            () => client.Open(reference, AnonymousCredentials.Instance).ResolveAsync(reference, Cancellation));
        Assert.Contains("did not send a manifest", error.Message);
    }

    private static async Task ServeUploadAsync(HttpListenerContext context, Func<bool> fails)
    {
        switch (context.Request.HttpMethod)
        {
            case "HEAD":
                ScriptedServer.Answer(context, 404);
                break;
            case "POST":
                ScriptedServer.Answer(context, 202, "", ("Location", "/v2/a/blobs/uploads/1"));
                break;
            default:
                await context.Request.InputStream.CopyToAsync(Stream.Null);
                ScriptedServer.Answer(context, fails() ? 500 : 201);
                break;
        }
    }
}
