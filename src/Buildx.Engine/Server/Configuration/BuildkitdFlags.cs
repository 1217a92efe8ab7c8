using System.Globalization;

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
    public IEnumerable<string> WithoutEffect => _values.Keys.Where(name => Known[name] == Effect.None);

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
            if (!Known.TryGetValue(name, out var effect))
                throw new ConfigurationException($"unknown flag --{name}");
            if (effect == Effect.Refused)
                throw new ConfigurationException($"--{name} is not supported by this engine");
            if (value is null && BooleanFlags.Contains(name))
                value = "true";
            value ??= ++i < args.Count ? args[i] : throw new ConfigurationException($"--{name} needs a value");
            if (!flags._values.TryGetValue(name, out var values))
                flags._values[name] = values = [];
            values.Add(value);
        }
        return flags;
    }

    private enum Effect { Used, None, Refused }

    private static readonly HashSet<string> BooleanFlags = [
        "rootless", "debug", "trace", "proxy-network", "cdi-disabled", "save-cache-debug", "oci-worker-selinux",
        "oci-worker-no-process-sandbox", "oci-worker-gc", "containerd-worker-selinux", "containerd-worker-gc", "remove-state", "help", "version"];

    // inventory of buildkitd 0.32's flags
    private static readonly Dictionary<string, Effect> Known = new(StringComparer.Ordinal)
    {
        ["config"] = Effect.Used,
        ["debug"] = Effect.Used,
        ["trace"] = Effect.Used,
        ["root"] = Effect.Used,
        ["addr"] = Effect.Used,
        ["allow-insecure-entitlement"] = Effect.Used,
        ["oci-worker-binary"] = Effect.Used,
        ["oci-worker-labels"] = Effect.Used,
        ["oci-worker-platform"] = Effect.Used,
        ["oci-max-parallelism"] = Effect.Used,
        ["oci-worker-gc"] = Effect.Used,
        ["oci-worker-gc-keepstorage"] = Effect.Used,
        ["idle-timeout"] = Effect.Used,
        ["remove-state"] = Effect.Used,
        ["rootless"] = Effect.None,
        ["log-format"] = Effect.None,
        ["log-level"] = Effect.None,
        ["group"] = Effect.None,
        ["otel-socket-path"] = Effect.None,
        ["cdi-disabled"] = Effect.None,
        ["cdi-spec-dir"] = Effect.None,
        ["oci-worker"] = Effect.None,
        ["oci-worker-snapshotter"] = Effect.None,
        ["oci-worker-net"] = Effect.None,
        ["oci-worker-no-process-sandbox"] = Effect.None,
        ["containerd-worker"] = Effect.None,
        ["containerd-worker-addr"] = Effect.None,
        ["containerd-worker-labels"] = Effect.None,
        ["containerd-worker-platform"] = Effect.None,
        ["containerd-worker-namespace"] = Effect.None,
        ["containerd-worker-runtime"] = Effect.None,
        ["containerd-worker-net"] = Effect.None,
        ["containerd-cni-config-path"] = Effect.None,
        ["containerd-cni-binary-dir"] = Effect.None,
        ["containerd-cni-pool-size"] = Effect.None,
        ["containerd-worker-snapshotter"] = Effect.None,
        ["containerd-worker-apparmor-profile"] = Effect.None,
        ["containerd-worker-selinux"] = Effect.None,
        ["containerd-max-parallelism"] = Effect.None,
        ["containerd-worker-gc"] = Effect.None,
        ["containerd-worker-gc-keepstorage"] = Effect.None,
        ["debugaddr"] = Effect.Refused,
        ["tlscert"] = Effect.Refused,
        ["tlskey"] = Effect.Refused,
        ["tlscacert"] = Effect.Refused,
        ["proxy-network"] = Effect.Refused,
        ["save-cache-debug"] = Effect.Refused,
        ["oci-worker-proxy-snapshotter-path"] = Effect.Refused,
        ["oci-cni-config-path"] = Effect.Refused,
        ["oci-cni-binary-dir"] = Effect.Refused,
        ["oci-cni-pool-size"] = Effect.Refused,
        ["oci-worker-apparmor-profile"] = Effect.Refused,
        ["oci-worker-selinux"] = Effect.Refused,
    };
}
