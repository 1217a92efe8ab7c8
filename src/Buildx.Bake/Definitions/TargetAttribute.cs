using Buildx.Bake.Entries;
using Buildx.Bake.Hcl.Values;
using Buildx.Bake.Targets;

namespace Buildx.Bake.Definitions;

/// <summary>One attribute of a target block: how its value becomes part of the target, and what other expressions see of it.</summary>
/// <param name="Type">What the value is converted to; null where several forms are taken.</param>
/// <param name="Read">Throws <see cref="FormatException"/> for a value that makes no sense.</param>
internal sealed record TargetAttribute(string Name, HclType? Type, Func<BakeTarget, Value, BakeTarget> Read, Func<BakeTarget, Value> Show)
{
    private static readonly HclType Strings = HclType.List(HclType.String);
    private static readonly HclType StringMap = HclType.Map(HclType.String);

    public static IReadOnlyList<TargetAttribute> All { get; } =
    [
        new("annotations", Strings, (t, v) => t with { Annotations = AttributeValues.Texts(v) }, t => AttributeValues.From(t.Annotations)),
        new("args", StringMap, (t, v) => t with { Arguments = AttributeValues.OptionalTexts(v) }, t => AttributeValues.From(t.Arguments)),
        new("attest", null, (t, v) => t with { Attestations = EntryValues.ReadList(v, EntryValues.ReadAttestation) }, t => EntryValues.Show(t.Attestations)),
        new("cache-from", null, (t, v) => t with { CacheFrom = EntryValues.ReadCaches(v) }, t => EntryValues.Show(t.CacheFrom)),
        new("cache-to", null, (t, v) => t with { CacheTo = EntryValues.ReadCaches(v) }, t => EntryValues.Show(t.CacheTo)),
        new("call", HclType.String, (t, v) => t with { Call = AttributeValues.Text(v) }, t => AttributeValues.From(t.Call)),
        new("context", HclType.String, (t, v) => t with { Context = AttributeValues.Text(v) }, t => AttributeValues.From(t.Context)),
        new("contexts", StringMap, (t, v) => t with { Contexts = AttributeValues.TextMap(v) }, t => AttributeValues.From(t.Contexts!)),
        new("description", HclType.String, (t, v) => t with { Description = AttributeValues.RequiredText(v) }, t => Value.String(t.Description)),
        new("dockerfile", HclType.String, (t, v) => t with { Dockerfile = AttributeValues.Text(v) }, t => AttributeValues.From(t.Dockerfile)),
        new("dockerfile-inline", HclType.String, (t, v) => t with { DockerfileInline = AttributeValues.Text(v) }, t => AttributeValues.From(t.DockerfileInline)),
        new("entitlements", Strings, (t, v) => t with { Entitlements = AttributeValues.Texts(v) }, t => AttributeValues.From(t.Entitlements)),
        new("extra-hosts", StringMap, (t, v) => t with { ExtraHosts = AttributeValues.OptionalTexts(v) }, t => AttributeValues.From(t.ExtraHosts)),
        new("inherits", Strings, (t, v) => t with { Inherits = AttributeValues.Texts(v) ?? [] }, t => AttributeValues.From(t.Inherits)),
        new("labels", StringMap, (t, v) => t with { Labels = AttributeValues.OptionalTexts(v) }, t => AttributeValues.From(t.Labels)),
        new("network", HclType.String, (t, v) => t with { Network = AttributeValues.Text(v) }, t => AttributeValues.From(t.Network)),
        new("no-cache", HclType.Bool, (t, v) => t with { NoCache = AttributeValues.Flag(v) }, t => AttributeValues.From(t.NoCache)),
        new("no-cache-filter", Strings, (t, v) => t with { NoCacheFilter = AttributeValues.Texts(v) }, t => AttributeValues.From(t.NoCacheFilter)),
        new("output", null, (t, v) => t with { Outputs = EntryValues.ReadList(v, EntryValues.ReadOutput) }, t => EntryValues.Show(t.Outputs)),
        new("platforms", Strings, (t, v) => t with { Platforms = AttributeValues.Texts(v) }, t => AttributeValues.From(t.Platforms)),
        new("policy", null, (t, v) => t with { Policies = EntryValues.ReadList(v, EntryValues.ReadPolicy) }, t => EntryValues.Show(t.Policies)),
        new("pull", HclType.Bool, (t, v) => t with { Pull = AttributeValues.Flag(v) }, t => AttributeValues.From(t.Pull)),
        new("resources", EntryValues.ResourcesType, (t, v) => t with { Resources = EntryValues.ReadResources(v) }, t => EntryValues.Show(t.Resources)),
        new("secret", null, (t, v) => t with { Secrets = EntryValues.ReadList(v, EntryValues.ReadSecret) }, t => EntryValues.Show(t.Secrets)),
        new("shm-size", HclType.String, (t, v) => t with { ShmSize = AttributeValues.Text(v) }, t => AttributeValues.From(t.ShmSize)),
        new("ssh", null, (t, v) => t with { Ssh = EntryValues.ReadList(v, EntryValues.ReadSsh) }, t => EntryValues.Show(t.Ssh)),
        new("tags", Strings, (t, v) => t with { Tags = AttributeValues.Texts(v) }, t => AttributeValues.From(t.Tags)),
        new("target", HclType.String, (t, v) => t with { Stage = AttributeValues.Text(v) }, t => AttributeValues.From(t.Stage)),
        new("ulimits", Strings, (t, v) => t with { Ulimits = AttributeValues.Texts(v) }, t => AttributeValues.From(t.Ulimits)),
    ];

    public static IReadOnlyDictionary<string, TargetAttribute> ByName { get; } = All.ToDictionary(attribute => attribute.Name, StringComparer.Ordinal);

    /// <summary>A target as other expressions see it.</summary>
    public static Value ShowAll(BakeTarget target) =>
        Value.Object(All.Select(attribute => KeyValuePair.Create(attribute.Name, attribute.Show(target))).Append(new("name", Value.String(target.Name))));
}
