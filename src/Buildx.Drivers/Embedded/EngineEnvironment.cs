using System.Collections;

namespace Buildx.Drivers.Embedded;

/// <summary>
/// What an engine inherits of the environment of whoever happens to start it: what it needs to find programs, its files and
/// the network. Nothing else, so that no secret of one build's shell stays in a process that serves others.
/// </summary>
internal static class EngineEnvironment
{
    private static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        "PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "LANG", "LC_ALL", "TZ", "DOTNET_ROOT", "SSL_CERT_FILE", "SSL_CERT_DIR",
        "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy",
    };

    private static readonly string[] Prefixes = ["XDG_", "BUILDX_ENGINE_", "BUILDKIT_", "OTEL_"];

    public static Dictionary<string, string> Create()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            var name = (string)entry.Key;
            if (Names.Contains(name) || Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
                environment[name] = (string?)entry.Value ?? "";
        }
        // Tools such as newuidmap's relatives and iptables live in sbin, which a user's PATH often lacks.
        var path = environment.GetValueOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");
        foreach (var directory in new[] { "/usr/local/sbin", "/usr/sbin", "/sbin" })
        {
            if (!path.Split(':').Contains(directory))
                path += ":" + directory;
        }
        environment["PATH"] = path;
        return environment;
    }
}
