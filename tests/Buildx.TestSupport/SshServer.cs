using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Buildx.TestSupport;

/// <summary>
/// A real <c>sshd</c> on 127.0.0.1 and a free port, with keys that it accepts, until it is disposed. Whoever has a key is the user
/// of the tests.
/// </summary>
public sealed class SshServer : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory;
    private readonly Process _process;

    private SshServer(TemporaryDirectory directory, Process process, int port) => (_directory, _process, Port) = (directory, process, port);

    public int Port { get; }

    /// <summary>Begins URLs of paths on this machine.</summary>
    public string Url => $"ssh://{Environment.UserName}@127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>A private key that the server accepts.</summary>
    public string Key => Path.Combine(_directory.Path, "key");

    /// <summary>Another one, of another kind.</summary>
    public string RsaKey => Path.Combine(_directory.Path, "rsa");

    /// <summary>A key that nobody accepts.</summary>
    public string StrangeKey => Path.Combine(_directory.Path, "strange");

    /// <param name="programs">A directory where the other side finds programs, before all others.</param>
    public static async Task<SshServer> StartAsync(string? programs = null)
    {
        var directory = new TemporaryDirectory();
        foreach (var (name, type) in new[] { ("host", "ed25519"), ("key", "ed25519"), ("rsa", "rsa"), ("strange", "ecdsa") })
            await Tool.RunAsync("ssh-keygen", "-q", "-t", type, "-N", "", "-f", Path.Combine(directory.Path, name));
        directory.Write("accepted", File.ReadAllText(Path.Combine(directory.Path, "key.pub")) + File.ReadAllText(Path.Combine(directory.Path, "rsa.pub")));
        // Where it expects to lock its helpers up.
        Directory.CreateDirectory("/run/sshd");
        var port = Loopback.FreePort();
        var configuration = directory.Write("sshd_config", $"""
            Port {port}
            ListenAddress 127.0.0.1
            HostKey {directory.Path}/host
            AuthorizedKeysFile {directory.Path}/accepted
            PidFile none
            UsePAM no
            StrictModes no
            PasswordAuthentication no
            {(programs is null ? "" : $"SetEnv PATH={programs}:/usr/bin:/bin")}
            """);
        var process = Process.Start(new ProcessStartInfo("/usr/sbin/sshd", ["-D", "-e", "-f", configuration]) { RedirectStandardError = true })!;
        var server = new SshServer(directory, process, port);
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        for (var clock = Stopwatch.StartNew(); ;)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, port);
                return server;
            }
            catch (SocketException) when (clock.Elapsed < TimeSpan.FromSeconds(20) && !process.HasExited)
            {
                await Task.Delay(20);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _directory.Dispose();
    }
}
