using System.Globalization;
using Buildx.Client;

namespace Buildx.Cli.Tools.Buildctl;

/// <summary>Which daemon <c>buildctl</c> talks to, and how.</summary>
/// <param name="Timeout">How long the daemon may take to answer.</param>
/// <param name="Waits">Whether to wait for a daemon that is still starting.</param>
internal sealed record BuildctlOptions(string Address, TlsOptions? Tls, TimeSpan Timeout, bool Waits)
{
    private const string DefaultAddress = "unix:///run/buildkit/buildkitd.sock";

    public static IReadOnlyCollection<string> Switches { get; } = ["debug", "wait", "version"];

    public static IReadOnlyCollection<string> Values { get; } =
        ["addr", "tlsservername", "tlscacert", "tlscert", "tlskey", "tlsdir", "timeout", "log-format"];

    /// <exception cref="CliException">A flag makes no sense.</exception>
    public static BuildctlOptions From(BuildctlArguments arguments)
    {
        var address = arguments.Get("addr") ?? (Environment.GetEnvironmentVariable("BUILDKIT_HOST") is { Length: > 0 } host ? host : DefaultAddress);
        var timeout = arguments.Get("timeout") is not { } text
            ? TimeSpan.FromSeconds(5)
            : int.TryParse(text.TrimEnd('s'), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                ? TimeSpan.FromSeconds(seconds)
                : throw new CliException($"--timeout: \"{text}\" is no number of seconds");
        return new BuildctlOptions(address, ReadTls(arguments), timeout, arguments.Has("wait"));
    }

    /// <exception cref="CliException">An address of a kind that is not reached from here.</exception>
    public BuildkitConnector Connector()
    {
        try
        {
            return BuildkitConnector.Parse(Address, Tls);
        }
        catch (FormatException e)
        {
            throw new CliException(e.Message);
        }
    }

    private static TlsOptions? ReadTls(BuildctlArguments arguments)
    {
        var (authority, certificate, key) = (arguments.Get("tlscacert"), arguments.Get("tlscert"), arguments.Get("tlskey"));
        if (arguments.Get("tlsdir") is { Length: > 0 } directory)
        {
            if (authority is not null || certificate is not null || key is not null)
                throw new CliException("--tlsdir stands for --tlscacert, --tlscert and --tlskey: give it alone, or the three");
            (authority, certificate, key) = (FindFile(directory, "ca.pem"), FindFile(directory, "cert.pem"), FindFile(directory, "key.pem"));
        }
        if ((certificate is null) != (key is null))
            throw new CliException("--tlscert and --tlskey belong together");
        return authority is null && certificate is null
            ? null
            : new TlsOptions { CertificateAuthorityFile = authority, CertificateFile = certificate, KeyFile = key, ServerName = arguments.Get("tlsservername") };
    }

    private static string? FindFile(string directory, string name) => Path.Combine(directory, name) is var path && File.Exists(path) ? path : null;
}
