using System.Globalization;
using System.Text;

namespace Buildx.Engine.Server.Configuration;

/// <summary>buildkitd's command line, as typed: <c>--flag value</c>, <c>--flag=value</c>, bare booleans.</summary>
internal sealed class BuildkitdFlags
{
    private readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);

    public string? Get(string name) => _values.TryGetValue(name, out var values) ? values[^1] : null;

    public IReadOnlyList<string> GetAll(string name) => _values.TryGetValue(name, out var values) ? values : [];

    /// <exception cref="ConfigurationException">The flag's value is not a boolean.</exception>
    public bool? GetBoolean(string name) => Get(name) switch
    {
        null => null,
        "true" or "1" or "t" => true,
        "false" or "0" or "f" => false,
        var other => throw new ConfigurationException($"--{name}: want true or false, found \"{other}\""),
    };

    public int? GetInteger(string name) => Get(name) is not { } text
        ? null
        : int.TryParse(text, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new ConfigurationException($"--{name}: want a number, found \"{text}\"");

    /// <summary>Known flags that change nothing in this engine, because what they configure is not part of it.</summary>
    public IEnumerable<string> WithoutEffect => _values.Keys.Where(name => Known[name].HasNoEffect);

    /// <exception cref="ConfigurationException">An unknown flag, a missing value, or one that asks for what this engine is not.</exception>
    public static BuildkitdFlags Parse(IReadOnlyList<string> args)
    {
        var flags = new BuildkitdFlags();
        for (var i = 0; i < args.Count; i++)
        {
            var arg = args[i];
            if (!arg.StartsWith('-'))
                throw new ConfigurationException($"unexpected argument \"{arg}\": buildkitd takes flags only");
            var name = arg.TrimStart('-');
            string? value = null;
            if (name.IndexOf('=') is var equals and >= 0)
                (name, value) = (name[..equals], name[(equals + 1)..]);
            name = name switch { "h" => "help", "v" => "version", _ => name };
            if (!Known.TryGetValue(name, out var flag))
                throw new ConfigurationException($"unknown flag --{name}: buildkitd --help lists them");
            if (flag.Refusal is { } reason)
                throw new ConfigurationException($"--{name}: {reason}");
            if (value is null && BooleanFlags.Contains(name))
                value = "true";
            value ??= ++i < args.Count ? args[i] : throw new ConfigurationException($"--{name} needs a value");
            if (!flags._values.TryGetValue(name, out var values))
                flags._values[name] = values = [];
            values.Add(value);
        }
        return flags;
    }

    /// <summary>What <c>--help</c> prints.</summary>
    public static string Help()
    {
        var text = new StringBuilder("Usage: buildkitd [FLAGS]\n\nThe build engine as a daemon.\n\nFlags:\n");
        foreach (var (name, flag) in Known)
        {
            if (flag is { Refusal: null, HasNoEffect: false })
                text.Append(CultureInfo.InvariantCulture, $"  {"--" + name,-31} {flag.Description}\n");
        }
        text.Append("\nAccepted without an effect: ").AppendJoin(' ', Known.Where(flag => flag.Value.HasNoEffect).Select(flag => "--" + flag.Key)).Append('\n');
        return text.ToString();
    }

    private static readonly HashSet<string> BooleanFlags = [
        "rootless", "debug", "trace", "proxy-network", "cdi-disabled", "save-cache-debug", "oci-worker-selinux",
        "oci-worker-no-process-sandbox", "oci-worker-gc", "containerd-worker-selinux", "containerd-worker-gc", "remove-state", "help", "version"];

    // inventory of buildkitd 0.32's flags
    private static readonly Dictionary<string, KnownFlag> Known = new(StringComparer.Ordinal)
    {
        ["config"] = new("the configuration file (buildkitd.toml)"),
        ["root"] = new("the directory with the engine's state"),
        ["addr"] = new("where to listen: unix:///path, tcp://host:port, fd:// (may be repeated)"),
        ["group"] = new("group (name or number) that owns the Unix sockets and may connect"),
        ["tlscert"] = new("the server's certificate for tcp:// (PEM)"),
        ["tlskey"] = new("its key (PEM)"),
        ["tlscacert"] = new("the authority that clients' certificates must be of (PEM)"),
        ["debugaddr"] = new("where to serve health, metrics and debug pages over HTTP, e.g. 127.0.0.1:6060"),
        ["debug"] = new("log more"),
        ["trace"] = new("log everything"),
        ["log-level"] = new("trace, debug, info, warn, error, fatal or panic"),
        ["log-format"] = new("text or json"),
        ["allow-insecure-entitlement"] = new("what builds may ask for: network.host, security.insecure, device (may be repeated)"),
        ["cdi-spec-dir"] = new("where devices are described (default /etc/cdi, /var/run/cdi, /etc/buildkit/cdi; may be repeated)"),
        ["cdi-disabled"] = new("no step gets devices"),
        ["oci-worker"] = new("true or auto: this engine has no other worker"),
        ["oci-worker-binary"] = new("the OCI runtime: a name or a path (default crun, else runc)"),
        ["oci-worker-labels"] = new("key=value, shown with the worker (may be repeated)"),
        ["oci-worker-platform"] = new("platforms to announce instead of those found (may be repeated)"),
        ["oci-worker-net"] = new("auto or host"),
        ["oci-worker-apparmor-profile"] = new("not supported: only empty is accepted"),
        ["oci-worker-selinux"] = new("not supported: only false is accepted"),
        ["oci-worker-proxy-snapshotter-path"] = new("not supported: only empty is accepted"),
        ["oci-max-parallelism"] = new("steps that run at the same time"),
        ["oci-worker-gc"] = new("false: never remove build cache by itself"),
        ["oci-worker-gc-keepstorage"] = new("build cache to keep, in MB or with a unit"),
        ["containerd-worker"] = new("false or auto: there is none in this engine"),
        ["idle-timeout"] = new("leave when nobody used the engine for so long (e.g. 5m; 0: never)"),
        ["remove-state"] = new("remove what is under --root and end"),
        ["version"] = new("print the version and end"),
        ["help"] = new("print this and end"),
        ["rootless"] = KnownFlag.Ignored,
        ["otel-socket-path"] = KnownFlag.Ignored,
        ["oci-worker-snapshotter"] = KnownFlag.Ignored,
        ["oci-worker-no-process-sandbox"] = KnownFlag.Ignored,
        ["oci-cni-config-path"] = KnownFlag.Ignored,
        ["oci-cni-binary-dir"] = KnownFlag.Ignored,
        ["oci-cni-pool-size"] = KnownFlag.Ignored,
        ["containerd-worker-addr"] = KnownFlag.Ignored,
        ["containerd-worker-labels"] = KnownFlag.Ignored,
        ["containerd-worker-platform"] = KnownFlag.Ignored,
        ["containerd-worker-namespace"] = KnownFlag.Ignored,
        ["containerd-worker-runtime"] = KnownFlag.Ignored,
        ["containerd-worker-net"] = KnownFlag.Ignored,
        ["containerd-cni-config-path"] = KnownFlag.Ignored,
        ["containerd-cni-binary-dir"] = KnownFlag.Ignored,
        ["containerd-cni-pool-size"] = KnownFlag.Ignored,
        ["containerd-worker-snapshotter"] = KnownFlag.Ignored,
        ["containerd-worker-apparmor-profile"] = KnownFlag.Ignored,
        ["containerd-worker-selinux"] = KnownFlag.Ignored,
        ["containerd-max-parallelism"] = KnownFlag.Ignored,
        ["containerd-worker-gc"] = KnownFlag.Ignored,
        ["containerd-worker-gc-keepstorage"] = KnownFlag.Ignored,
        ["proxy-network"] = KnownFlag.Refused("the proxy network is not supported in this version"),
        ["save-cache-debug"] = KnownFlag.Refused("there is no cache debug database in this version"),
    };

    /// <param name="Refusal">Why it can't be given.</param>
    /// <param name="HasNoEffect">It may be given and changes nothing, because what it configures is not part of this engine.</param>
    private sealed record KnownFlag(string Description, string? Refusal = null, bool HasNoEffect = false)
    {
        public static KnownFlag Ignored { get; } = new("", HasNoEffect: true);

        public static KnownFlag Refused(string reason) => new("", reason);
    }
}
