using System.Globalization;
using System.Net;
using Buildx.Dockerfile;
using Buildx.Oci;
using Buildx.Protocol.Pb;

namespace Buildx.Engine.Frontends.Dockerfile;

/// <summary>The attributes of a Dockerfile build, read once.</summary>
internal sealed record DockerfileOptions
{
    public const string DefaultFileName = "Dockerfile";

    public string FileName { get; private init; } = DefaultFileName;

    /// <summary>A git or http URL to take as context, empty for the client's directory.</summary>
    public string RemoteContext { get; private init; } = "";

    public string ContextName { get; private init; } = "context";

    public string ContextSubdirectory { get; private init; } = "";

    public string DockerfileName { get; private init; } = "dockerfile";

    /// <summary>The client sends the Dockerfile, wherever the context comes from.</summary>
    public bool ForceLocalDockerfile { get; private init; }

    public bool? KeepGitDirectory { get; private init; }

    public IReadOnlyList<Oci.Platform> Platforms { get; private init; } = [];

    public bool MultiPlatform { get; private init; }

    public ImageResolveMode ResolveMode { get; private init; }

    /// <summary>The request for something other than a build (<c>frontend.lint</c>), null for a build.</summary>
    public string? Request { get; private init; }

    /// <summary>The frontend that the user forces, null for what the file says.</summary>
    public string? Syntax { get; private init; }

    /// <summary>The file's syntax line was followed by whoever asks.</summary>
    public bool IsForwarded { get; private init; }

    /// <summary>Named contexts: <c>NAME</c> or <c>NAME::platform</c>, and where they are.</summary>
    public IReadOnlyDictionary<string, string> NamedContexts { get; private init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> SharedKeys { get; private init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> LocalSessions { get; private init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> InputMetadata { get; private init; } = new Dictionary<string, string>();

    /// <summary>What does not depend on the platform.</summary>
    public ConversionOptions Conversion { get; private init; } = new();

    /// <exception cref="FrontendException">A value that makes no sense; the message names the attribute.</exception>
    public static DockerfileOptions Parse(IReadOnlyDictionary<string, string> attributes)
    {
        string Text(string name) => attributes.TryGetValue(name, out var value) ? value : "";
        var arguments = WithPrefix(attributes, "build-arg:");
        var platforms = ParsePlatforms(Text("platform"));
        var contextName = Text("contextkey") is { Length: > 0 } key ? key : "context";
        return new DockerfileOptions
        {
            FileName = Text("filename") is { Length: > 0 } fileName ? fileName : DefaultFileName,
            ContextName = contextName,
            RemoteContext = Text(contextName),
            ContextSubdirectory = Text("contextsubdir"),
            DockerfileName = Text("dockerfilekey") is { Length: > 0 } dockerfile ? dockerfile : "dockerfile",
            ForceLocalDockerfile = attributes.ContainsKey("dockerfilekey"),
            KeepGitDirectory = BooleanText.TryParse(arguments.GetValueOrDefault("BUILDKIT_CONTEXT_KEEP_GIT_DIR"), out var keep) ? keep : null,
            Platforms = platforms,
            MultiPlatform = ParseMultiPlatform(arguments.GetValueOrDefault("BUILDKIT_MULTI_PLATFORM") is { Length: > 0 } multi ? multi : Text("multi-platform"), platforms.Length),
            ResolveMode = Text("image-resolve-mode") switch
            {
                "" or "default" => ImageResolveMode.Default,
                "pull" => ImageResolveMode.Pull,
                "local" => ImageResolveMode.Local,
                var other => throw Invalid("image-resolve-mode", other, "default, pull or local"),
            },
            Request = Text("requestid") is { Length: > 0 } request ? request : null,
            Syntax = arguments.GetValueOrDefault("BUILDKIT_SYNTAX"),
            IsForwarded = attributes.ContainsKey("cmdline"),
            NamedContexts = WithPrefix(attributes, "context:"),
            SharedKeys = WithPrefix(attributes, "sharedkey:localdir:"),
            LocalSessions = WithPrefix(attributes, "local-sessionid:"),
            InputMetadata = WithPrefix(attributes, "input-metadata:"),
            Conversion = new ConversionOptions
            {
                Target = Text("target") is { Length: > 0 } target ? target : null,
                BuildArguments = arguments,
                Labels = WithPrefix(attributes, "label:"),
                NoCache = attributes.TryGetValue("no-cache", out var noCache) ? noCache.Split(',', StringSplitOptions.RemoveEmptyEntries) : null,
                ImageResolveMode = Text("image-resolve-mode"),
                CacheNamespace = arguments.GetValueOrDefault("BUILDKIT_CACHE_MOUNT_NS") ?? "",
                HostName = arguments.GetValueOrDefault("BUILDKIT_SANDBOX_HOSTNAME") is { Length: > 0 } host ? host : Text("hostname"),
                Network = Text("force-network-mode") switch
                {
                    "" or "sandbox" or "default" => NetMode.Unset,
                    "host" => NetMode.Host,
                    "none" => NetMode.None,
                    var other => throw Invalid("force-network-mode", other, "sandbox, host or none"),
                },
                ExtraHosts = ParseHosts(Text("add-hosts")),
                Ulimits = ParseUlimits(Text("ulimit")),
                SharedMemorySize = Number(Text("shm-size"), "shm-size", 0) ?? 0,
                CgroupParent = Text("cgroup-parent"),
                Resources = ParseResources(Text),
                Lint = arguments.TryGetValue("BUILDKIT_DOCKERFILE_CHECK", out var check) ? ParseLint(check) : null,
            },
        };
    }

    /// <summary>Whether a named context stands in for an image, for some platform.</summary>
    public bool Replaces(string image) => NamedContexts.Count > 0 && Oci.ImageReference.TryParse(image, out var reference)
        && NamedContexts.Keys.Any(name => name.Split("::")[0] is var key && (key == reference.FamiliarName || key + ":latest" == reference.FamiliarName));

    private static Dictionary<string, string> WithPrefix(IReadOnlyDictionary<string, string> attributes, string prefix) => attributes
        .Where(attribute => attribute.Key.StartsWith(prefix, StringComparison.Ordinal))
        .ToDictionary(attribute => attribute.Key[prefix.Length..], attribute => attribute.Value);

    private static Oci.Platform[] ParsePlatforms(string text) => text.Length == 0 ? [] : text.Split(',')
        .Select(one => Oci.Platform.TryParse(one.Trim(), out var platform) ? platform : throw Invalid("platform", one, "os/arch[/variant], e.g. linux/arm64"))
        .Distinct()
        .ToArray();

    private static bool ParseMultiPlatform(string text, int platforms)
    {
        if (text.Length == 0)
            return platforms > 1;
        if (!BooleanText.TryParse(text, out var multi))
            throw Invalid("multi-platform", text, "true or false");
        return multi || platforms <= 1 ? multi : throw new FrontendException("multi-platform=false contradicts a build for several platforms; ask for one platform, or leave multi-platform away");
    }

    private static (string Host, string Address)[] ParseHosts(string text) => text.Length == 0 ? [] : Fields("add-hosts", text).Select(field =>
    {
        var equals = field.IndexOf('=');
        return equals > 0 && IPAddress.TryParse(field[(equals + 1)..], out var address)
            ? (field[..equals].ToLowerInvariant(), address.ToString())
            : throw Invalid("add-hosts", field, "HOST=IP");
    }).ToArray();

    private static Ulimit[] ParseUlimits(string text) => text.Length == 0 ? [] : Fields("ulimit", text).Select(field =>
    {
        var equals = field.IndexOf('=');
        var limits = equals > 0 ? field[(equals + 1)..].Split(':') : [];
        if (limits.Length is 0 or > 2 || !long.TryParse(limits[0], CultureInfo.InvariantCulture, out var soft) || !long.TryParse(limits[^1], CultureInfo.InvariantCulture, out var hard))
            throw Invalid("ulimit", field, "NAME=SOFT[:HARD], e.g. nofile=1024:2048");
        return new Ulimit { Name = field[..equals], Soft = soft, Hard = hard };
    }).ToArray();

    private static LinuxResources? ParseResources(Func<string, string> text)
    {
        var resources = new LinuxResources
        {
            Memory = Number(text("memory"), "memory", 1) ?? 0,
            MemorySwap = Number(text("memswap"), "memswap", -1) ?? 0,
            CpuShares = (ulong)(Number(text("cpushares"), "cpushares", 1) ?? 0),
            CpuPeriod = (ulong)(Number(text("cpuperiod"), "cpuperiod", 1) ?? 0),
            CpuQuota = Number(text("cpuquota"), "cpuquota", 1) ?? 0,
            CpusetCpus = text("cpusetcpus"),
            CpusetMems = text("cpusetmems"),
        };
        return resources.CalculateSize() == 0 ? null : resources;
    }

    private static LintConfiguration ParseLint(string text)
    {
        try
        {
            return LintConfiguration.Parse(text);
        }
        catch (FormatException e)
        {
            throw new FrontendException($"the build argument BUILDKIT_DOCKERFILE_CHECK is wrong: {e.Message}");
        }
    }

    private static IReadOnlyList<string> Fields(string name, string text)
    {
        try
        {
            return CommaSeparated.Split(text);
        }
        catch (FormatException e)
        {
            throw new FrontendException($"the option {name} cannot be read: {e.Message}");
        }
    }

    private static long? Number(string text, string name, long least)
    {
        if (text.Length == 0)
            return null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least
            ? number
            : throw Invalid(name, text, $"a number of at least {least}");
    }

    private static FrontendException Invalid(string name, string value, string wanted) => new($"the option {name}={value} is wrong: want {wanted}");
}
