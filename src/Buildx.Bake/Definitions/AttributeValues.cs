using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Definitions;

/// <summary>Plain values of attributes, from the language and back. They were converted to the attribute's type before.</summary>
internal static class AttributeValues
{
    private static readonly HclType Strings = HclType.List(HclType.String);
    private static readonly HclType StringMap = HclType.Map(HclType.String);

    public static string? Text(Value value) => value.IsNull ? null : value.AsString;

    /// <exception cref="FormatException">It is null.</exception>
    public static string RequiredText(Value value) => Text(value) ?? throw new FormatException("null is not allowed here");

    public static bool? Flag(Value value) => value.IsNull ? null : value.AsBool;

    /// <exception cref="FormatException">One is null.</exception>
    public static IReadOnlyList<string>? Texts(Value value) => value.IsNull ? null : [.. value.Elements.Select(RequiredText)];

    /// <exception cref="FormatException">One is null.</exception>
    public static IReadOnlyDictionary<string, string>? TextMap(Value value) =>
        value.IsNull ? null : value.Members.ToDictionary(member => member.Key, member => RequiredText(member.Value), StringComparer.Ordinal);

    public static IReadOnlyDictionary<string, string?>? OptionalTexts(Value value) =>
        value.IsNull ? null : value.Members.ToDictionary(member => member.Key, member => Text(member.Value), StringComparer.Ordinal);

    public static Value From(string? text) => text is null ? Value.Null(HclType.String) : Value.String(text);

    public static Value From(bool? flag) => flag is { } set ? Value.Bool(set) : Value.Null(HclType.Bool);

    public static Value From(IReadOnlyList<string>? texts) => texts is null ? Value.Null(Strings) : Value.Strings(texts);

    public static Value From(IReadOnlyDictionary<string, string?>? texts) => texts is null
        ? Value.Null(StringMap)
        : Value.Map(HclType.String, texts.Select(pair => KeyValuePair.Create(pair.Key, From(pair.Value))));
}
