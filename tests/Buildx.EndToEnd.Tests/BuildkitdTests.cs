using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>The engine as a daemon that takes buildkitd's place.</summary>
public sealed class BuildkitdTests(BaseImageRegistry bases)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Over_TCP_only_a_client_with_a_certificate_of_the_authority_gets_in()
    {
        await using var daemon = await Buildkitd.StartAsync(bases);
        await using var buildx = await RemoteBuildx.CreateAsync(daemon);
        string[] trusting = ["--addr", daemon.TcpAddress, "--tlscacert", daemon.Certificate(TestCertificates.AuthorityFile)];
        var buildctl = new Tool(Repository.Executable);

        var stranger = await buildctl.ExecuteAsync(["buildctl", .. trusting, "debug", "workers"]);
        var member = await buildctl.ExecuteAsync([
            "buildctl", .. trusting, "--tlscert", daemon.Certificate(TestCertificates.ClientCertificateFile),
            "--tlskey", daemon.Certificate(TestCertificates.ClientKeyFile), "debug", "workers"]);
        await buildx.RunAsync("create", "--name", "stranger", "--driver", "remote", "--driver-opt", $"cacert={daemon.Certificate(TestCertificates.AuthorityFile)}", daemon.TcpAddress);

        Assert.NotEqual(0, stranger.ExitCode);
        Assert.Contains("linux/amd64", member.Output, StringComparison.Ordinal);
        Assert.Contains("inactive", await buildx.RunAsync("inspect", "stranger"), StringComparison.Ordinal);
        Assert.Contains("running", await buildx.RunAsync("inspect", "tcp"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signal_ends_it_in_good_order_with_exit_code_1_and_the_next_start_knows_everything()
    {
        await using var daemon = await Buildkitd.StartAsync(bases);
        await using (var buildx = await RemoteBuildx.CreateAsync(daemon))
        {
            buildx.Write("Dockerfile", "FROM busybox:1.36\nRUN echo kept\n");
            await buildx.BuildAsync("unix");

            Assert.Equal(1, await daemon.StopAsync());
            Assert.Contains("stopping server", daemon.Log, StringComparison.Ordinal);
            Assert.Contains("buildkitd: got SIGTERM/SIGINT, forcing shutdown", daemon.Log, StringComparison.Ordinal);
            await daemon.RestartAsync("--addr", daemon.UnixAddress);

            Assert.Contains("kept", (await (await buildx.ToolAsync()).SucceedAsync("history", "logs", "--builder", "unix")).All, StringComparison.Ordinal);
            Assert.Contains(PlainProgress.CachedSteps(await buildx.BuildAsync("unix")), step => step.EndsWith("RUN echo kept", StringComparison.Ordinal));
        }
        Assert.Equal(1, await daemon.StopAsync("-INT"));
    }

    [Fact]
    public async Task A_socket_that_systemd_listens_on_is_taken_over()
    {
        using var directory = new TemporaryDirectory();
        var start = new ProcessStartInfo("systemd-socket-activate", [
            "-l", directory.Path + "/activated.sock", Repository.Executable, "buildkitd", "--root", directory.Path + "/state", "--addr", "fd://"])
        {
            RedirectStandardError = true,
        };
        using var daemon = Process.Start(start)!;
        var log = daemon.StandardError.ReadToEndAsync(Cancellation);
        try
        {
            for (var clock = Stopwatch.StartNew(); !File.Exists(directory.Path + "/activated.sock") && clock.Elapsed < TimeSpan.FromSeconds(20);)
                await Task.Delay(50, Cancellation);

            // The first connection is what starts it.
            var workers = await new Tool(Repository.Executable).SucceedAsync(
                "buildctl", "--addr", $"unix://{directory.Path}/activated.sock", "--timeout", "30", "debug", "workers");

            Assert.Contains("linux/amd64", workers.Output, StringComparison.Ordinal);
        }
        finally
        {
            await new Tool("kill").ExecuteAsync("-TERM", daemon.Id.ToString(CultureInfo.InvariantCulture));
            await daemon.WaitForExitAsync(Cancellation);
        }
        Assert.Contains("stopping server", await log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_tells_systemd_when_it_is_ready_and_when_it_stops()
    {
        using var directory = new TemporaryDirectory();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(directory.Path + "/notify.sock"));
        await using var daemon = await Buildkitd.StartAsync(bases, "", new Dictionary<string, string> { ["NOTIFY_SOCKET"] = directory.Path + "/notify.sock" });

        Assert.Equal("READY=1", await ReceiveAsync(socket));
        await daemon.StopAsync();
        Assert.Equal("STOPPING=1", await ReceiveAsync(socket));
    }

    [Fact]
    public async Task The_debug_address_serves_health_and_metrics()
    {
        using var directory = new TemporaryDirectory();
        var socket = directory.Path + "/debug.sock";
        await using var daemon = await Buildkitd.StartAsync(bases, "", "--debugaddr", $"unix://{socket}");
        await using var buildx = await RemoteBuildx.CreateAsync(daemon);
        buildx.Write("Dockerfile", "FROM busybox:1.36\nRUN true\n");
        await buildx.BuildAsync("unix");

        Assert.Equal("ok\n", await Tool.RunAsync("curl", "-fsS", "--unix-socket", socket, "http://d/healthz"));
        var metrics = await Tool.RunAsync("curl", "-fsS", "--unix-socket", socket, "http://d/metrics");
        Assert.Contains("buildkit_builds_total{status=\"completed\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("process_resident_memory_bytes ", metrics, StringComparison.Ordinal);
        Assert.Contains("no builds", await Tool.RunAsync("curl", "-fsS", "--unix-socket", socket, "http://d/debug/builds"), StringComparison.Ordinal);
        Assert.Contains("buildkit_sessions", await Tool.RunAsync("curl", "-fsS", "--unix-socket", socket, "http://d/debug/vars"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_may_be_given_the_socket()
    {
        await using var daemon = await Buildkitd.StartAsync(bases, "", "--group", "www-data");

        Assert.Equal("660 www-data\n", await Tool.RunAsync("stat", "-c", "%a %G", daemon.Socket));
    }

    [Fact]
    public async Task Inspect_shows_labels_platforms_and_policies_as_they_were_set()
    {
        await using var daemon = await Buildkitd.StartAsync(
            bases,
            "[[worker.oci.gcpolicy]]\n  keepDuration = \"36h\"\n  maxUsedSpace = \"3GB\"\n  filters = [\"type==source.local\"]\n",
            "--oci-worker-labels", "com.example.rack=7", "--oci-worker-platform", "linux/amd64", "--oci-worker-platform", "linux/arm64");
        await using var buildx = await RemoteBuildx.CreateAsync(daemon);

        var text = await buildx.RunAsync("inspect", "tcp");

        Assert.Contains("com.example.rack:", text, StringComparison.Ordinal);
        Assert.Matches("Platforms: +linux/amd64, linux/arm64\n", text);
        Assert.Contains("36h0m0s", text, StringComparison.Ordinal);
        Assert.Contains("type==source.local", text, StringComparison.Ordinal);
        Assert.Contains("org.mobyproject.buildkit.worker.executor:", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--addr=tcp://127.0.0.1:0 --tlscert=/nowhere.pem --tlskey=/nowhere.pem", "the TLS certificate /nowhere.pem can't be used")]
    [InlineData("--addr=fd://", "started without sockets")]
    [InlineData("--nonsense", "unknown flag --nonsense")]
    public async Task What_it_cannot_do_is_said_with_exit_code_1(string flags, string message)
    {
        using var directory = new TemporaryDirectory();

        var result = await new Tool(Repository.Executable).ExecuteAsync(["buildkitd", "--root", directory.Path, .. flags.Split(' ')]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var buffer = new byte[100];
        return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, timeout.Token));
    }
}
