using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>Where a build's time went: its spans, and the page that shows them.</summary>
public sealed partial class TraceTests(BaseImageRegistry bases)
{
    private const string Tricky = "</script><script>alert(1)</script><!--";

    [Fact]
    public async Task The_spans_of_a_build_are_its_steps_and_what_these_did_below_the_build()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN sleep 0.3; echo slow\nRUN exit 9\n");
        await BuildAsync(place);

        var printed = await place.Tool(Repository.Executable).SucceedAsync("history", "trace");

        var spans = JsonDocument.Parse(printed.Output).RootElement.GetProperty("data")[0].GetProperty("spans").EnumerateArray().ToList();
        var root = Assert.Single(spans, span => Name(span) == "build");
        var slow = Assert.Single(spans, span => Name(span).EndsWith("RUN sleep 0.3; echo slow", StringComparison.Ordinal));
        var failed = Assert.Single(spans, span => Name(span).EndsWith("RUN exit 9", StringComparison.Ordinal));
        Assert.Equal(Id(root), Parent(slow));
        Assert.InRange(slow.GetProperty("duration").GetInt64(), 300_000, 60_000_000);
        Assert.Contains("\"error\"", failed.GetProperty("tags").GetRawText(), StringComparison.Ordinal);
        Assert.Contains("\"error\"", root.GetProperty("tags").GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("\"error\"", slow.GetProperty("tags").GetRawText(), StringComparison.Ordinal);
        Assert.Contains(failed.GetProperty("references").EnumerateArray(), reference => reference.GetProperty("refType").GetString() == "FOLLOWS_FROM" && reference.GetProperty("spanID").GetString() == Id(slow));
        Assert.Contains(spans, span => Name(span).StartsWith("transferring dockerfile", StringComparison.Ordinal) && Parent(span) != Id(root));
        // Asked for again, it is the same trace.
        Assert.Equal(printed.Output, (await place.Tool(Repository.Executable).SucceedAsync("history", "trace")).Output);
    }

    [Fact]
    public async Task A_page_shows_two_builds_until_it_is_interrupted_and_nothing_in_them_becomes_part_of_the_page()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", $"FROM busybox:1.36\nRUN echo '{Tricky}'\n");
        await BuildAsync(place);
        place.Write("Dockerfile", $"FROM busybox:1.36\nRUN echo '{Tricky}' again\n");
        await BuildAsync(place);
        var ids = new List<string>();
        foreach (var build in new[] { "^1", "^0" })
            ids.Add(JsonDocument.Parse((await place.Tool(Repository.Executable).SucceedAsync("history", "trace", build)).Output).RootElement.GetProperty("data")[0].GetProperty("traceID").GetString()!);
        await using var viewer = await ViewerAsync(place, "--compare", "^1");
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri($"http://127.0.0.1:{viewer.Port}") };
        var path = $"/trace/{ids[0]}...{ids[1]}";

        using var page = await http.GetAsync(path);
        using var start = await http.GetAsync("/");
        using var other = await http.GetAsync("/trace/other");
        using var changed = await http.PostAsync(path, null);
        using var strange = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = "rebound.example" } };
        using var refused = await http.SendAsync(strange);

        Assert.Contains($":{viewer.Port}{path}", viewer.Log, StringComparison.Ordinal);
        var html = await page.Content.ReadAsStringAsync();
        Assert.Equal(2, html.Split("</script>").Length - 1);
        Assert.DoesNotContain("alert(1)</script>", html, StringComparison.Ordinal);
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        var nonce = Nonce().Match(policy).Groups[1].Value;
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains($"<script nonce=\"{nonce}\">", html, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"(src|href)=""(?!data:)", html);
        var data = JsonDocument.Parse(Data().Match(html).Groups[1].Value).RootElement.EnumerateArray().ToList();
        Assert.Equal(ids, data.Select(build => build.GetProperty("trace").GetProperty("traceID").GetString()!));
        Assert.Contains(data[1].GetProperty("trace").GetProperty("spans").EnumerateArray(), span => Name(span).Contains(Tricky, StringComparison.Ordinal));
        var spans = JsonDocument.Parse(await http.GetStringAsync($"/api/traces/{ids[1]}")).RootElement.GetProperty("data")[0].GetProperty("spans");
        Assert.Equal(data[1].GetProperty("trace").GetProperty("spans").GetArrayLength(), spans.GetArrayLength());
        Assert.Equal((HttpStatusCode.Redirect, path), (start.StatusCode, start.Headers.Location!.ToString()));
        Assert.Equal(
            (HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed, HttpStatusCode.MisdirectedRequest), (other.StatusCode, changed.StatusCode, refused.StatusCode));
        var ending = Stopwatch.StartNew();
        Assert.Equal(0, await viewer.InterruptAsync());
        Assert.InRange(ending.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task An_address_that_cannot_be_used_is_explained_and_one_that_others_reach_is_said_to_be()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM scratch\n");
        await BuildAsync(place);
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var cases = new Dictionary<string, string>
        {
            [taken.LocalEndpoint.ToString()!] = $"--addr {taken.LocalEndpoint}: something else listens there already",
            ["203.0.113.9:0"] = "--addr 203.0.113.9:0: this machine has no such address",
            ["16686"] = "--addr 16686: want HOST:PORT, e.g. 127.0.0.1:16686",
            ["127.0.0.1:web"] = "--addr 127.0.0.1:web: want HOST:PORT",
        };

        foreach (var (address, message) in cases)
        {
            var refused = await place.Tool(Repository.Executable).ExecuteAsync("history", "trace", "--addr", address);
            Assert.Equal(1, refused.ExitCode);
            Assert.Contains(message, refused.Error, StringComparison.Ordinal);
        }

        await using var open = await ViewerAsync(place, "--addr", "0.0.0.0:0");
        Assert.Contains("can read the trace", open.Log, StringComparison.Ordinal);
        Assert.Equal(0, await open.InterruptAsync());
    }

    [Fact]
    public async Task On_a_terminal_the_desktop_is_asked_to_open_the_page()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM scratch\n");
        place.Write("programs/xdg-open", $"#!/bin/sh\necho \"$1\" > '{place.Path}/opened'\n");
        File.SetUnixFileMode(place.Project + "/programs/xdg-open", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await BuildAsync(place);
        place.Environment["PATH"] = $"{place.Project}/programs:/usr/bin:/bin";
        place.Environment["DISPLAY"] = ":0";

        var shown = await (place.Tool("script") with { Timeout = TimeSpan.FromSeconds(60) })
            .ExecuteAsync("-qec", $"timeout --foreground -s INT --preserve-status 4 '{Repository.Executable}' history trace", "/dev/null");

        Assert.Equal(0, shown.ExitCode);
        var address = Address().Match(shown.Output).Groups[1].Value;
        Assert.Equal(address, File.ReadAllText(place.Path + "/opened").Trim());
    }

    private static async Task BuildAsync(Workplace place) =>
        await place.Tool(Repository.Executable).ExecuteAsync("build", "--progress=plain", place.Project);

    private static Task<TraceViewer> ViewerAsync(Workplace place, params string[] arguments) =>
        TraceViewer.StartAsync(place.Tool(Repository.Executable), ["history", "trace", .. arguments]);

    private static string Name(JsonElement span) => span.GetProperty("operationName").GetString()!;

    private static string Id(JsonElement span) => span.GetProperty("spanID").GetString()!;

    private static string Parent(JsonElement span) =>
        span.GetProperty("references").EnumerateArray().Single(reference => reference.GetProperty("refType").GetString() == "CHILD_OF").GetProperty("spanID").GetString()!;

    [GeneratedRegex("script-src 'nonce-([^']+)'")]
    private static partial Regex Nonce();

    [GeneratedRegex("<script type=\"application/json\" id=\"traces\">(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Data();

    [GeneratedRegex(@"Trace available at (http://\S+)")]
    private static partial Regex Address();
}
