using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using CliWrap;
using CliWrap.Buffered;

namespace Buildx.TestSupport;

/// <summary>A real registry (<c>docker-registry serve</c>) on 127.0.0.1 and a free port, until it is disposed.</summary>
public sealed partial class RegistryServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TemporaryDirectory _directory;
    private readonly StringBuilder _log;

    private RegistryServer(Process process, TemporaryDirectory directory, StringBuilder log, int port, bool tls)
    {
        _process = process;
        _directory = directory;
        _log = log;
        Port = port;
        IsTls = tls;
        if (tls)
            CertificateAuthorityFile = Path.Combine(directory.Path, TestCertificates.AuthorityFile);
    }

    public int Port { get; }

    public bool IsTls { get; }

    /// <summary><c>127.0.0.1:PORT</c>, which clients take for plain HTTP unless they are told otherwise.</summary>
    public string Host => $"127.0.0.1:{Port}";

    /// <summary>
    /// The same registry under a name that clients do not know to be local, so that they expect HTTPS there: names are looked
    /// up without regard to case, but only lower-case <c>localhost</c> is known, to BuildKit as well.
    /// </summary>
    public string RemoteLookingHost => $"LOCALHOST:{Port}";

    public string Url => $"{(IsTls ? "https" : "http")}://{Host}";

    /// <summary>PEM file of the authority that signed the server's certificate.</summary>
    public string? CertificateAuthorityFile { get; }

    /// <summary>What the registry logged until now, access log included.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    public static async Task<RegistryServer> StartAsync(RegistryServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new RegistryServerOptions();
        var directory = new TemporaryDirectory();
        try
        {
            var configuration = directory.Write("config.yml", await ConfigureAsync(options, directory, cancellationToken));
            var (process, log, port) = await LaunchAsync(configuration, cancellationToken);
            return new RegistryServer(process, directory, log, port, options.Tls);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _directory.Dispose();
    }

    private static async Task<string> ConfigureAsync(RegistryServerOptions options, TemporaryDirectory directory, CancellationToken cancellationToken)
    {
        var storage = options.StorageDirectory ?? Path.Combine(directory.Path, "storage");
        Directory.CreateDirectory(storage);
        var yaml = new StringBuilder($"""
            version: 0.1
            log: {"{"} level: info {"}"}
            storage:
              filesystem: {"{"} rootdirectory: "{storage}" {"}"}
              delete: {"{"} enabled: true {"}"}
            http:
              addr: 127.0.0.1:0
              secret: for-tests-only

            """);
        if (options.Tls)
        {
            TestCertificates.Write(directory.Path);
            yaml.AppendLine($"""
                  tls: {"{"} certificate: "{directory.Path}/{TestCertificates.ServerCertificateFile}", key: "{directory.Path}/{TestCertificates.ServerKeyFile}" {"}"}
                """);
        }
        if (options.ProxyOf is { } upstream)
            yaml.AppendLine($"proxy: {{ remoteurl: \"{upstream}\" }}");
        if (options.Login is var (name, password))
        {
            var line = await CliWrap.Cli.Wrap("htpasswd").WithArguments(["-Bbn", name, password]).ExecuteBufferedAsync(cancellationToken);
            var file = directory.Write("htpasswd", line.StandardOutput.Trim() + "\n");
            yaml.AppendLine($"auth: {{ htpasswd: {{ realm: tests, path: \"{file}\" }} }}");
        }
        if (options.Token is { } token)
        {
            yaml.AppendLine(
                $"auth: {{ token: {{ realm: \"{token.Realm}\", service: \"{token.Service}\", issuer: \"{token.Issuer}\", rootcertbundle: \"{token.CertificateFile}\" }} }}");
        }
        return yaml.ToString();
    }

    private static async Task<(Process Process, StringBuilder Log, int Port)> LaunchAsync(string configuration, CancellationToken cancellationToken)
    {
        var log = new StringBuilder();
        var port = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process
        {
            StartInfo = new ProcessStartInfo("docker-registry", ["serve", configuration])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            },
        };
        void Take(string? line)
        {
            if (line is null)
                return;
            lock (log)
                log.AppendLine(line);
            if (ListeningPattern().Match(line) is { Success: true } match)
                port.TrySetResult(int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));
        }
        process.ErrorDataReceived += (_, e) => Take(e.Data);
        process.OutputDataReceived += (_, e) => Take(e.Data);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => port.TrySetException(new InvalidOperationException("docker-registry ended:\n" + log));
        process.Start();
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        try
        {
            return (process, log, await port.Task.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken));
        }
        catch
        {
            if (!process.HasExited)
                process.Kill();
            process.Dispose();
            throw;
        }
    }

    [GeneratedRegex(@"listening on 127\.0\.0\.1:(\d+)")]
    private static partial Regex ListeningPattern();
}
