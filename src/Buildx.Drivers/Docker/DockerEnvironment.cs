using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Buildx.Client;

namespace Buildx.Drivers.Docker;

/// <summary>What the Docker CLI's configuration says about where we are: its directory, its contexts and the chosen one.</summary>
public sealed class DockerEnvironment
{
    public const string DefaultContext = "default";
    private const string DefaultHost = "unix:///var/run/docker.sock";

    private readonly Lazy<JsonElement?> _config;
    private readonly DockerTlsFlags _tls;

    /// <param name="configDirectory">The directory of <c>config.json</c>; by default <c>$DOCKER_CONFIG</c>, else <c>~/.docker</c>.</param>
    /// <param name="contextName">The context named on the command line, which wins over everything else.</param>
    /// <param name="tls">The flags for the engine of the default context; null for none given.</param>
    public DockerEnvironment(string? configDirectory = null, string? contextName = null, DockerTlsFlags? tls = null)
    {
        _tls = tls ?? new DockerTlsFlags();
        ConfigDirectory = configDirectory is { Length: > 0 } ? configDirectory
            : Environment.GetEnvironmentVariable("DOCKER_CONFIG") is { Length: > 0 } fromEnvironment ? fromEnvironment
            : Path.Combine(HomeDirectory, ".docker");
        _config = new(ReadConfig);
        ContextOverride = contextName;
    }

    public static string HomeDirectory =>
        Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? home : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    public string ConfigDirectory { get; }

    /// <summary>Logins, proxies, plugins' settings.</summary>
    public string ConfigFile => Path.Combine(ConfigDirectory, "config.json");

    private string? ContextOverride { get; }

    /// <summary>The name of the Docker context in use.</summary>
    public string CurrentContext =>
        ContextOverride is { Length: > 0 } ? ContextOverride
        : Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } ? DefaultContext
        : Environment.GetEnvironmentVariable("DOCKER_CONTEXT") is { Length: > 0 } name ? name
        : _config.Value is { } config && config.TryGetProperty("currentContext", out var current) && current.GetString() is { Length: > 0 } configured ? configured
        : DefaultContext;

    /// <summary>What the builder store files the choice of a builder under.</summary>
    public string CurrentEndpoint => CurrentContext is var name && name != DefaultContext ? name : DefaultEngineHost;

    /// <summary>Where the Docker Engine of the default context answers, if one does.</summary>
    public static string DefaultEngineHost =>
        Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } host ? host : DefaultHost;

    /// <summary>The Docker Engine of a context (null: the current one); null when the context doesn't exist.</summary>
    public string? FindEngineHost(string? contextName = null)
    {
        contextName ??= CurrentContext;
        return contextName == DefaultContext ? DefaultEngineHost : ReadContexts().GetValueOrDefault(contextName);
    }

    /// <summary>The same with its certificates, where it needs some.</summary>
    /// <exception cref="DriverException">There is no such context.</exception>
    public DockerHost GetEngine(string? contextName = null)
    {
        contextName ??= CurrentContext;
        var host = FindEngineHost(contextName) ?? throw new DriverException($"there is no Docker context \"{contextName}\"");
        return new DockerHost(host, host.StartsWith("unix://", StringComparison.Ordinal) ? null : FindTls(contextName));
    }

    /// <summary>Of an endpoint as builders store it: the name of a context, or an engine's address.</summary>
    /// <exception cref="DriverException">There is no such context.</exception>
    public DockerHost GetEngineOf(string endpoint) => endpoint.Contains("://", StringComparison.Ordinal)
        ? new DockerHost(endpoint, endpoint == DefaultEngineHost && !endpoint.StartsWith("unix://", StringComparison.Ordinal) ? FindTls(DefaultContext) : null)
        : GetEngine(endpoint);

    /// <summary>The proxies Docker hands to builds, as build arguments (<c>HTTP_PROXY</c>, …), for one engine host.</summary>
    public IReadOnlyDictionary<string, string> GetProxies()
    {
        var proxies = new Dictionary<string, string>();
        if (_config.Value is not { ValueKind: JsonValueKind.Object } config || !config.TryGetProperty("proxies", out var all) || all.ValueKind != JsonValueKind.Object)
            return proxies;
        if (!all.TryGetProperty(FindEngineHost() ?? "", out var proxy) && !all.TryGetProperty("default", out proxy))
            return proxies;
        foreach (var (field, argument) in new[]
        {
            ("httpProxy", "HTTP_PROXY"), ("httpsProxy", "HTTPS_PROXY"), ("noProxy", "NO_PROXY"), ("ftpProxy", "FTP_PROXY"), ("allProxy", "ALL_PROXY"),
        })
        {
            if (proxy.TryGetProperty(field, out var value) && value.GetString() is { Length: > 0 } text)
                proxies[argument] = text;
        }
        return proxies;
    }

    /// <summary>Contexts besides <c>default</c>: name and engine host.</summary>
    public IReadOnlyDictionary<string, string> ReadContexts() =>
        new SortedDictionary<string, string>(ReadEndpoints().ToDictionary(context => context.Key, context => context.Value.Host), StringComparer.Ordinal);

    private Dictionary<string, (string Host, bool SkipsVerification)> ReadEndpoints()
    {
        var contexts = new Dictionary<string, (string, bool)>();
        var directory = Path.Combine(ConfigDirectory, "contexts", "meta");
        if (!Directory.Exists(directory))
            return contexts;
        foreach (var entry in Directory.EnumerateDirectories(directory))
        {
            try
            {
                using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(entry, "meta.json")));
                var known = document.RootElement.TryGetProperty("Endpoints", out var endpoints) && endpoints.TryGetProperty("docker", out var docker) ? docker : default;
                var host = known.ValueKind == JsonValueKind.Object && known.TryGetProperty("Host", out var value) ? value.GetString() : null;
                var skips = known.ValueKind == JsonValueKind.Object && known.TryGetProperty("SkipTLSVerify", out var skip) && skip.ValueKind == JsonValueKind.True;
                contexts[document.RootElement.GetProperty("Name").GetString()!] = (host ?? DefaultHost, skips);
            }
            catch (Exception e) when (e is IOException or JsonException or KeyNotFoundException or InvalidOperationException or UnauthorizedAccessException)
            {
                // A context that Docker itself couldn't use is not ours to report.
            }
        }
        return contexts;
    }

    private TlsOptions? FindTls(string contextName)
    {
        if (contextName == DefaultContext)
            return _tls.Find(Environment.GetEnvironmentVariable("DOCKER_CERT_PATH") is { Length: > 0 } path ? path : ConfigDirectory);
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(contextName)));
        var directory = Path.Combine(ConfigDirectory, "contexts", "tls", id, "docker");
        var skips = ReadEndpoints().GetValueOrDefault(contextName).SkipsVerification;
        return Directory.Exists(directory) || skips ? DockerTlsFlags.ReadFiles(directory) with { SkipsVerification = skips } : null;
    }

    private JsonElement? ReadConfig()
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(ConfigFile));
            return document.RootElement.Clone();
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
