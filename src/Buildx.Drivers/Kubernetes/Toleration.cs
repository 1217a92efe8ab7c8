using System.Text.Json.Nodes;

namespace Buildx.Drivers.Kubernetes;

/// <summary>A taint of nodes that pods may be put on all the same.</summary>
/// <param name="Fields">As they are named in a pod's specification.</param>
internal sealed record Toleration(IReadOnlyList<(string Name, string Value)> Fields)
{
    private const string SecondsField = "tolerationSeconds";

    /// <summary><c>key=K,operator=O,value=V,effect=E,tolerationSeconds=N;…</c>, each field or not.</summary>
    public static IReadOnlyList<Toleration> ParseList(string option, string value) =>
        [.. value.Trim('"').Split(';', StringSplitOptions.RemoveEmptyEntries).Select(text => new Toleration([.. text.Split(',').Select(field => ParseField(option, value, field))]))];

    public JsonObject ToJson() =>
        new(Fields.Select(field => KeyValuePair.Create(field.Name, (JsonNode?)(field.Name == SecondsField ? DriverOptions.ReadNumber(field.Name, field.Value) : field.Value))));

    private static (string Name, string Value) ParseField(string option, string value, string field)
    {
        var equals = field.IndexOf('=', StringComparison.Ordinal);
        var (name, text) = equals < 0 ? (field, "") : (field[..equals], field[(equals + 1)..]);
        var problem = (name, text) switch
        {
            _ when equals < 0 => $"must be FIELD=VALUE,…;…, and \"{field}\" is not",
            ("key" or "value", _) or ("operator", "Exists" or "Equal") or ("effect", "NoSchedule" or "PreferNoSchedule" or "NoExecute") => null,
            (SecondsField, _) => long.TryParse(text, out _) ? null : $"needs a whole number as {name}",
            ("operator", _) => "needs Exists or Equal as operator",
            ("effect", _) => "needs NoSchedule, PreferNoSchedule or NoExecute as effect",
            _ => $"has the field \"{name}\" (there are: key, operator, value, effect, {SecondsField})",
        };
        return problem is null ? (name, text) : throw DriverOptions.Wrong(option, value, problem);
    }
}
