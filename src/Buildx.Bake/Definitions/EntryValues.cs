using System.Collections.Immutable;
using Buildx.Bake.Entries;
using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Definitions;

/// <summary>Lists of outputs, caches, secrets and the like: each is a text, as the flags of <c>build</c> have it, or an object.</summary>
internal static class EntryValues
{
    private static readonly HclType StringMap = HclType.Map(HclType.String);
    private static readonly HclType SecretType = Optional(("id", HclType.String), ("src", HclType.String), ("env", HclType.String));
    private static readonly HclType SshType = Optional(("id", HclType.String), ("paths", HclType.List(HclType.String)));

    public static HclType ResourcesType { get; } = Optional(
        ("memory", HclType.String), ("memory-swap", HclType.String), ("cpu-shares", HclType.Number), ("cpu-period", HclType.Number),
        ("cpu-quota", HclType.Number), ("cpuset-cpus", HclType.String), ("cpuset-mems", HclType.String));

    /// <exception cref="FormatException">Not a list, or an element makes no sense.</exception>
    public static IReadOnlyList<T>? ReadList<T>(Value value, Func<Value, T> read) => ReadMany<T>(value, element => [read(element)]);

    /// <exception cref="FormatException">Not a list, or an element is no cache.</exception>
    public static IReadOnlyList<CacheEntry>? ReadCaches(Value value) =>
        ReadMany(value, element => element.Type.Kind == TypeKind.String ? CacheEntry.ParseList(NotNull(element).AsString) : [ReadCache(element)]);

    public static AttestationEntry ReadAttestation(Value value)
    {
        if (NotNull(value).Type.Kind == TypeKind.String)
            return AttestationEntry.Parse(value.AsString);
        var attributes = ReadAttributes(value);
        var disabled = attributes.TryGetValue("disabled", out var text) && EntryText.ParseBoolean(text);
        return new AttestationEntry(attributes.GetValueOrDefault("type", ""), disabled, attributes.RemoveRange(["type", "disabled"]));
    }

    public static OutputEntry ReadOutput(Value value)
    {
        if (NotNull(value).Type.Kind == TypeKind.String)
            return OutputEntry.Parse(value.AsString);
        var attributes = ReadAttributes(value);
        return attributes.GetValueOrDefault("type", "") is { Length: > 0 } type
            ? new OutputEntry(type, attributes.RemoveRange(["type", "dest"]), attributes.GetValueOrDefault("dest", ""))
            : throw new FormatException("an output has no type (want e.g. type = \"image\")");
    }

    public static SecretEntry ReadSecret(Value value)
    {
        if (NotNull(value).Type.Kind == TypeKind.String)
            return SecretEntry.Parse(value.AsString);
        var members = Convert(value, SecretType).Members;
        return new SecretEntry(Text(members, "id") ?? "", Text(members, "src") ?? "", Text(members, "env") ?? "");
    }

    public static SshEntry ReadSsh(Value value)
    {
        if (NotNull(value).Type.Kind == TypeKind.String)
            return SshEntry.Parse(value.AsString);
        var members = Convert(value, SshType).Members;
        return new SshEntry(Text(members, "id") ?? "", members.TryGet("paths", out var paths) && paths.HasContent ? AttributeValues.Texts(paths) ?? [] : []);
    }

    public static PolicyEntry ReadPolicy(Value value)
    {
        if (NotNull(value).Type.Kind == TypeKind.String)
            return PolicyEntry.Parse(value.AsString);
        if (value.Type.Kind is not (TypeKind.Object or TypeKind.Map))
            throw new FormatException($"a policy is a string or an object, not {TypeNames.Friendly(value.Type)}");
        return PolicyEntry.Parse(value.Members
            .Where(member => member.Value.HasContent && !(member.Value.Type.Kind == TypeKind.String && member.Value.AsString.Length == 0))
            .Select(member => (member.Key, Convert(member.Value, HclType.String).AsString)));
    }

    public static ResourceLimits? ReadResources(Value value)
    {
        if (value.IsNull)
            return null;
        return new ResourceLimits
        {
            Memory = Text(value.Members, "memory"),
            MemorySwap = Text(value.Members, "memory-swap"),
            CpuShares = Whole(value.Members, "cpu-shares"),
            CpuPeriod = Whole(value.Members, "cpu-period"),
            CpuQuota = Whole(value.Members, "cpu-quota"),
            CpuSetCpus = Text(value.Members, "cpuset-cpus"),
            CpuSetMems = Text(value.Members, "cpuset-mems"),
        };
    }

    public static Value Show(IReadOnlyList<AttestationEntry>? entries) => Value.List(StringMap, (entries ?? []).Select(entry =>
        Map(entry.Disabled ? entry.Attributes.SetItem("type", entry.Type).SetItem("disabled", "true") : entry.Attributes.SetItem("type", entry.Type))));

    public static Value Show(IReadOnlyList<CacheEntry>? entries) =>
        Value.List(StringMap, (entries ?? []).Select(entry => Map(entry.Attributes.SetItem("type", entry.Type))));

    public static Value Show(IReadOnlyList<OutputEntry>? entries) =>
        Value.List(StringMap, (entries ?? []).Select(entry => Map(entry.Attributes.SetItem("type", entry.Type).SetItem("dest", entry.Destination))));

    public static Value Show(IReadOnlyList<SecretEntry>? entries) => Value.List(SecretType.WithoutOptionalMembers(), (entries ?? []).Select(entry => Value.Object(
    [
        new("id", Value.String(entry.Id)), new("src", Value.String(entry.Source)), new("env", Value.String(entry.Variable)),
    ])));

    public static Value Show(IReadOnlyList<SshEntry>? entries) => Value.List(SshType.WithoutOptionalMembers(), (entries ?? []).Select(entry => Value.Object(
    [
        new("id", Value.String(entry.Id)), new("paths", Value.Strings(entry.Paths)),
    ])));

    public static Value Show(IReadOnlyList<PolicyEntry>? entries) => Value.List(StringMap, (entries ?? []).Select(entry =>
    {
        var members = ImmutableDictionary.CreateBuilder<string, string>();
        if (entry.Files is [var file, ..])
            members["filename"] = file;
        if (entry.Reset)
            members["reset"] = "true";
        if (entry.Disabled)
            members["disabled"] = "true";
        if (entry.Strict is { } strict)
            members["strict"] = strict ? "true" : "false";
        if (entry.LogLevel is { } level)
            members["log-level"] = level;
        return Map(members);
    }));

    public static Value Show(ResourceLimits? limits)
    {
        var type = ResourcesType.WithoutOptionalMembers();
        return limits is null ? Value.Null(type) : Value.Object(
        [
            new("memory", AttributeValues.From(limits.Memory)), new("memory-swap", AttributeValues.From(limits.MemorySwap)),
            new("cpu-shares", Number(limits.CpuShares)), new("cpu-period", Number(limits.CpuPeriod)), new("cpu-quota", Number(limits.CpuQuota)),
            new("cpuset-cpus", AttributeValues.From(limits.CpuSetCpus)), new("cpuset-mems", AttributeValues.From(limits.CpuSetMems)),
        ]);
    }

    private static List<T>? ReadMany<T>(Value value, Func<Value, IReadOnlyList<T>> read)
    {
        if (value.IsNull)
            return null;
        if (value.Type.Kind is not (TypeKind.List or TypeKind.Tuple))
            throw new FormatException($"this is a list of strings or objects, not {TypeNames.Friendly(value.Type)}");
        return [.. value.Elements.Where(element => !IsNothing(element)).SelectMany(read)];
    }

    private static CacheEntry ReadCache(Value value)
    {
        var attributes = ReadAttributes(value);
        return attributes.GetValueOrDefault("type", "") is { Length: > 0 } type
            ? new CacheEntry(type, attributes.Remove("type"))
            : throw new FormatException("a cache has no type (want e.g. type = \"registry\")");
    }

    private static ImmutableDictionary<string, string> ReadAttributes(Value value) => Convert(NotNull(value), StringMap).Members
        .Select(member => KeyValuePair.Create(member.Key, AttributeValues.Text(member.Value) ?? throw new FormatException($"{member.Key} is null"))).ToImmutableDictionary();

    private static bool IsNothing(Value value) => !value.IsKnown || (value.Type.Kind == TypeKind.String && value is { IsNull: false, AsString: "" });

    private static Value NotNull(Value value) => value.IsNull ? throw new FormatException("an element is null") : value;

    private static Value Convert(Value value, HclType type) => ValueConversion.Convert(value, type) is { Value: { } converted } ? converted
        : throw new FormatException(ValueConversion.Convert(value, type).ToString());

    private static string? Text(ValueMembers members, string name) => members.TryGet(name, out var value) && value.HasContent ? value.AsString : null;

    private static long? Whole(ValueMembers members, string name)
    {
        if (!members.TryGet(name, out var value) || !value.HasContent)
            return null;
        return value.AsNumber.TryGetInt64(out var number)
            ? number
            : throw new FormatException($"{name} is a whole number, not {value.AsNumber}");
    }

    private static Value Number(long? number) => number is { } set ? Value.Number(set) : Value.Null(HclType.Number);

    private static Value Map(IEnumerable<KeyValuePair<string, string>> members) =>
        Value.Map(HclType.String, members.Select(member => KeyValuePair.Create(member.Key, Value.String(member.Value))));

    private static HclType Optional(params (string Name, HclType Type)[] members) => HclType.Object(
        TypeMembers.Create(members.Select(member => KeyValuePair.Create(member.Name, member.Type))), members.Select(member => member.Name).ToHashSet());
}
