using Buildx.Engine.Execution.Devices;
using Buildx.Linux.Processes;

namespace Buildx.Engine.Server.Configuration;

// Where the engine listens, and for whom.
internal static partial class ConfigurationReader
{
    private static IReadOnlyList<ListenAddress> ReadAddresses(BuildkitdFlags flags, TomlSection grpc)
    {
        var fromFile = grpc.Strings("address");
        var given = flags.GetAll("addr") is { Count: > 0 } all ? all : fromFile is { Count: > 0 } ? fromFile : [DefaultAddress];
        return [.. given.Select(ListenAddress.Parse)];
    }

    private static SocketOwner? ReadSocketOwner(BuildkitdFlags flags, TomlSection grpc)
    {
        var user = grpc.Integer("uid");
        var group = grpc.Integer("gid");
        var named = flags.Get("group") is { Length: > 0 } name ? SocketOwner.FindGroup(name) : (uint?)null;
        return user is null && group is null && named is null
            ? null
            : new SocketOwner((uint)(user ?? CurrentProcess.UserId), named ?? (uint)(group ?? CurrentProcess.GroupId));
    }

    private static TlsFiles? ReadTls(BuildkitdFlags flags, TomlSection tls)
    {
        var (certificate, key, authority) = (tls.String("cert"), tls.String("key"), tls.String("ca"));
        return TlsFiles.From(
            NullIfEmpty(flags.Get("tlscert")) ?? NullIfEmpty(certificate),
            NullIfEmpty(flags.Get("tlskey")) ?? NullIfEmpty(key),
            NullIfEmpty(flags.Get("tlscacert")) ?? NullIfEmpty(authority));
    }

    private static ListenAddress? ReadDebugAddress(BuildkitdFlags flags, TomlSection grpc)
    {
        var fromFile = grpc.String("debugAddress");
        var text = NullIfEmpty(flags.Get("debugaddr") ?? Environment.GetEnvironmentVariable("BUILDKITD_DEBUGADDR") ?? fromFile);
        return text is null ? null : ListenAddress.Parse(text.Contains("://", StringComparison.Ordinal) ? text : "tcp://" + text);
    }

    private static LogConfiguration ReadLog(BuildkitdFlags flags, TomlSection toml)
    {
        var log = toml.Section("log");
        var (fileLevel, fileFormat) = (log.String("level"), log.String("format"));
        var (debug, trace) = (toml.Boolean("debug"), toml.Boolean("trace"));
        var level = flags.Get("log-level")
            ?? (flags.GetBoolean("trace") is true ? "trace" : flags.GetBoolean("debug") is true ? "debug" : null)
            ?? NullIfEmpty(Environment.GetEnvironmentVariable("BUILDKITD_LOG_LEVEL"))
            ?? fileLevel
            ?? (trace is true ? "trace" : debug is true ? "debug" : null);
        return LogConfiguration.Parse(level, flags.Get("log-format") ?? fileFormat);
    }

    private static IReadOnlyList<string> ReadEntitlements(BuildkitdFlags flags, TomlSection toml)
    {
        var fromFile = toml.Strings("insecure-entitlements");
        IReadOnlyList<string> entitlements = flags.GetAll("allow-insecure-entitlement") is { Count: > 0 } given
            ? [.. given.SelectMany(value => value.Split(','))]
            : fromFile ?? [];
        foreach (var entitlement in entitlements)
        {
            if (entitlement is not ("security.insecure" or "network.host" or "device"))
                throw new ConfigurationException($"entitlement \"{entitlement}\" is not known: want security.insecure, network.host or device");
        }
        return entitlements;
    }

    private static DeviceOptions ReadDevices(BuildkitdFlags flags, TomlSection cdi)
    {
        var (disabled, fromFile, allowed) = (cdi.Boolean("disabled"), cdi.Strings("specDirs"), cdi.Strings("autoAllowed"));
        var directories = flags.GetAll("cdi-spec-dir") is { Count: > 0 } given ? [.. given.SelectMany(value => value.Split(','))] : fromFile;
        return new DeviceOptions(
            (flags.GetBoolean("cdi-disabled") ?? disabled) is not true,
            directories is { Count: > 0 } ? [.. directories] : DeviceOptions.Default.Directories,
            [.. allowed ?? []]);
    }

    private static DnsConfiguration ReadDns(TomlSection dns) =>
        new(dns.Strings("nameservers") ?? [], dns.Strings("searchDomains") ?? [], dns.Strings("options") ?? []);

    private static HistoryLimits ReadHistory(TomlSection history)
    {
        var limits = HistoryLimits.Default;
        if (history.Has("maxAge"))
            limits = limits with { MaximumAge = Duration(history, "maxAge") };
        if (history.Integer("maxEntries") is { } entries)
            limits = limits with { MaximumEntries = entries >= 0 ? (int)Math.Min(entries, int.MaxValue) : throw history.Wrong("maxEntries", "want 0 or more") };
        return limits;
    }

    private static int? ReadRegistryConcurrency(TomlSection system)
    {
        system.Ignore("platformsCacheMaxAge");
        return system.Integer("maxRegistryConcurrency") switch
        {
            null => null,
            <= 0 => throw system.Wrong("maxRegistryConcurrency", "want more than 0"),
            var value => (int)Math.Min(value.Value, int.MaxValue),
        };
    }
}
