using System.Globalization;
using Buildx.Oci;

namespace Buildx.Dockerfile;

/// <summary>A value of <c>RUN --mount</c>.</summary>
public sealed record RunMount
{
    private static readonly string[] Types = ["bind", "cache", "tmpfs", "secret", "ssh"];
    private static readonly string[] SharingModes = ["shared", "private", "locked"];
    private static readonly string[] Keys =
        ["type", "from", "source", "target", "readonly", "id", "sharing", "required", "size", "mode", "uid", "gid", "src", "dst", "destination", "ro", "rw", "readwrite", "env"];

    public RunMountType Type { get; init; }

    public string? From { get; init; }

    public string Source { get; init; } = "";

    public string Target { get; init; } = "";

    public bool ReadOnly { get; init; }

    /// <summary>In bytes, 0 for no limit.</summary>
    public long SizeLimit { get; init; }

    public string Id { get; init; } = "";

    public CacheSharing? Sharing { get; init; }

    public bool Required { get; init; }

    /// <summary>The variable to put a secret into, null for none.</summary>
    public string? EnvironmentName { get; init; }

    public uint? Mode { get; init; }

    public uint? UserId { get; init; }

    public uint? GroupId { get; init; }

    /// <summary>The member <c>from</c>, which is known before variables are.</summary>
    internal static string? FindSource(string text)
    {
        string? from = null;
        foreach (var field in Fields(text))
        {
            var equals = field.IndexOf('=');
            if (equals < 0 || !field[..equals].Equals("from", StringComparison.OrdinalIgnoreCase))
                continue;
            from = field[(equals + 1)..];
            var dollar = from.IndexOf('$');
            if (dollar >= 0 && dollar != from.Length - 1)
                throw new InstructionException($"from={from} of a mount cannot have variables; write FROM {from} AS name as a stage, and from=name here");
        }
        return string.IsNullOrEmpty(from) ? null : from;
    }

    /// <param name="expand">Replaces variables in values.</param>
    internal static RunMount Parse(string text, Func<string, string> expand)
    {
        var mount = new RunMount();
        bool? readOnly = null;
        foreach (var field in Fields(text))
        {
            var equals = field.IndexOf('=');
            var key = (equals < 0 ? field : field[..equals]).ToLowerInvariant();
            string? value = equals < 0 ? null : expand(field[(equals + 1)..]);
            switch (key)
            {
                case "readonly" or "ro":
                    readOnly = value is null || Boolean(key, value);
                    break;
                case "readwrite" or "rw":
                    readOnly = !(value is null || Boolean(key, value));
                    break;
                case "required" when mount.Type is RunMountType.Secret or RunMountType.Ssh:
                    mount = mount with { Required = value is null || Boolean(key, value) };
                    break;
                case "required" or "size" when key == "required" || mount.Type != RunMountType.Tmpfs:
                    throw new InstructionException($"\"{key}\" makes no sense for a mount of type {Name(mount.Type)}; put type=… first, or remove it");
                default:
                    if (!Keys.Contains(key))
                        throw new InstructionException($"unknown key \"{key}\" in the mount \"{field}\"{Suggestion.Phrase(key, Keys)}");
                    mount = mount.With(key, value ?? throw new InstructionException($"\"{field}\" in a mount needs a value: {key}=…"));
                    break;
            }
        }
        mount = mount with { ReadOnly = readOnly ?? mount.Type is not (RunMountType.Cache or RunMountType.Tmpfs) };
        mount.Check();
        return mount;
    }

    private RunMount With(string key, string value) => key switch
    {
        "type" => this with { Type = Choice<RunMountType>(value, Types, "mount type") },
        "from" => this with { From = value.Length == 0 ? null : value },
        "source" or "src" => this with { Source = value },
        "target" or "dst" or "destination" => this with { Target = value },
        "size" => this with { SizeLimit = ByteSize.TryParse(value, out var size) ? size : throw new InstructionException($"size={value} is no size (want e.g. 64m)") },
        "id" => this with { Id = value },
        "sharing" => this with { Sharing = Choice<CacheSharing>(value, SharingModes, "sharing mode") },
        "mode" => this with { Mode = Octal(value) },
        "uid" => this with { UserId = Number(key, value) },
        "gid" => this with { GroupId = Number(key, value) },
        _ => this with { EnvironmentName = value },
    };

    private void Check()
    {
        if (Type is RunMountType.Bind or RunMountType.Tmpfs)
        {
            var extra = Mode is not null ? "mode" : UserId is not null ? "uid" : GroupId is not null ? "gid" : null;
            if (extra is not null)
                throw new InstructionException($"{extra} is not allowed for a mount of type {Name(Type)}");
        }
        if (Type == RunMountType.Secret)
        {
            if (From is not null)
                throw new InstructionException("a secret mount has no from: secrets come from the client (--secret)");
            if (Source.Length == 0 && Target.Length == 0 && Id.Length == 0)
                throw new InstructionException("a secret mount needs an id (id=NAME) or a target");
            if (Source.Length > 0 && Id.Length > 0)
                throw new InstructionException("a secret mount takes id or source, not both");
        }
        if (Sharing is not null && Type != RunMountType.Cache)
            throw new InstructionException($"sharing is for mounts of type cache, not {Name(Type)}");
    }

    private static IReadOnlyList<string> Fields(string text)
    {
        try
        {
            return CommaSeparated.Split(text);
        }
        catch (FormatException e)
        {
            throw new InstructionException($"the mount cannot be read: {e.Message}");
        }
    }

    private static T Choice<T>(string value, string[] names, string what) where T : struct, Enum
    {
        var index = Array.IndexOf(names, value.ToLowerInvariant());
        if (index < 0)
            throw new InstructionException($"unknown {what} \"{value}\"{Suggestion.Phrase(value, names)}; there are {string.Join(", ", names)}");
        return (T)Enum.ToObject(typeof(T), index);
    }

    private static string Name(RunMountType type) => Types[(int)type];

    private static bool Boolean(string key, string value) => BooleanText.TryParse(value, out var result)
        ? result
        : throw new InstructionException($"{key}={value} must be true or false");

    private static uint Number(string key, string value) => uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new InstructionException($"{key}={value} must be a number");

    private static uint Octal(string value)
    {
        try
        {
            return Convert.ToUInt32(value, 8);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or OverflowException)
        {
            throw new InstructionException($"mode={value} must be an octal number, e.g. 0755");
        }
    }
}
