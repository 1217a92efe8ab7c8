using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Builders;

/// <summary>The commands of docs/scaling.md, as they stand there but for names of machines and directories.</summary>
public sealed class ScalingGuideTests(BaseImageRegistry bases)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_its_commands_do_what_it_says()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var registry = await RegistryServer.StartAsync(cancellationToken: Cancellation);
        await using var second = await Buildkitd.StartAsync(bases);
        using var certificates = new TemporaryDirectory();
        TestCertificates.Write(certificates.Path);
        var port = Loopback.FreePort();
        Prepare(place, certificates.Path);
        // Both machines are this one; the second one's daemon has an authority of its own.
        var fleet = new Dictionary<string, string>
        {
            ["registry.example.com"] = registry.Host,
            ["tcp://0.0.0.0:1234"] = $"tcp://127.0.0.1:{port}",
            ["tcp://intel.example.com:1234"] = $"tcp://127.0.0.1:{port}",
            ["tcp://arm.example.com:1234"] = second.UnixAddress,
            ["/var/lib/buildkit"] = place.Path + "/daemon/state",
            ["/etc/buildkit/"] = place.Path + "/daemon/",
            ["/etc/buildx/"] = place.Path + "/client/",
        };
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN uname -m > /machine\n");
        Process? daemon = null;
        try
        {
            foreach (var command in Commands())
            {
                var line = fleet.Aggregate(command, (text, name) => text.Replace(name.Key, name.Value, StringComparison.Ordinal));
                // A socket has no certificates.
                if (line.Contains(second.UnixAddress, StringComparison.Ordinal))
                    line = System.Text.RegularExpressions.Regex.Replace(line, "--driver-opt [^ ]+ ", "");
                if (command.StartsWith("buildkitd ", StringComparison.Ordinal))
                    daemon = await StartAsync(place, line, port);
                else
                    await place.Tool("bash").SucceedAsync("-c", line);
            }
            foreach (var (tag, platforms) in ((string, string)[])[("1.0", "amd64 arm64"), ("1.1", "amd64"), ("1.2", "amd64"), ("1.3", "amd64 arm64")])
                Assert.Equal(platforms, await PlatformsAsync($"{registry.Host}/app:{tag}"));
            Assert.Contains("arm64", (await new Tool(Repository.Executable).SucceedAsync("buildctl", "--addr", second.UnixAddress, "du", "--verbose")).Output, StringComparison.Ordinal);
            Assert.DoesNotContain("fleet", await place.BuildxAsync("ls"), StringComparison.Ordinal);
        }
        finally
        {
            if (daemon is not null)
            {
                await new Tool("kill").ExecuteAsync("-TERM", $"{daemon.Id}");
                await daemon.WaitForExitAsync(Cancellation);
                daemon.Dispose();
            }
        }
    }

    private static IEnumerable<string> Commands() => File.ReadLines(Path.Combine(Repository.Root, "docs/scaling.md"))
        .Where(line => line.StartsWith("$ ", StringComparison.Ordinal)).Select(line => line[2..]);

    private static void Prepare(Workplace place, string certificates)
    {
        foreach (var (directory, certificate, key) in (ReadOnlySpan<(string, string, string)>)[
            ("daemon", TestCertificates.ServerCertificateFile, TestCertificates.ServerKeyFile), ("client", TestCertificates.ClientCertificateFile, TestCertificates.ClientKeyFile)])
        {
            Directory.CreateDirectory(Path.Combine(place.Path, directory));
            File.Copy(Path.Combine(certificates, TestCertificates.AuthorityFile), Path.Combine(place.Path, directory, "ca.pem"));
            File.Copy(Path.Combine(certificates, certificate), Path.Combine(place.Path, directory, "cert.pem"));
            File.Copy(Path.Combine(certificates, key), Path.Combine(place.Path, directory, "key.pem"));
        }
        File.Copy(place.Path + "/buildkitd.toml", place.Path + "/daemon/buildkitd.toml");
        Directory.CreateDirectory(place.Path + "/bin");
        foreach (var name in (string[])["buildx", "buildkitd"])
            File.CreateSymbolicLink($"{place.Path}/bin/{name}", Repository.Executable);
        place.Environment["PATH"] = $"{place.Path}/bin:{Environment.GetEnvironmentVariable("PATH")}";
    }

    private static async Task<Process> StartAsync(Workplace place, string line, int port)
    {
        var start = new ProcessStartInfo("bash", ["-c", $"exec {line}"]);
        start.Environment["PATH"] = place.Environment["PATH"];
        var process = Process.Start(start)!;
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(50, Cancellation))
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, port, Cancellation);
                return process;
            }
            catch (SocketException) when (clock.Elapsed < TimeSpan.FromMinutes(1) && !process.HasExited)
            {
                // Not yet.
            }
        }
    }

    private static async Task<string> PlatformsAsync(string image)
    {
        var index = JsonDocument.Parse(await Tool.RunAsync("skopeo", "inspect", "--raw", "--tls-verify=false", $"docker://{image}")).RootElement;
        return string.Join(' ', index.GetProperty("manifests").EnumerateArray().Select(manifest => manifest.GetProperty("platform"))
            .Where(platform => platform.GetProperty("os").GetString() == "linux").Select(platform => platform.GetProperty("architecture").GetString()));
    }
}
