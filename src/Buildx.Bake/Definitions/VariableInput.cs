using System.Globalization;
using Buildx.Bake.Entries;
using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Definitions;

/// <summary>A value that comes for a variable from outside: from <c>--var</c> or the environment, plain or as JSON.</summary>
/// <param name="Origin">Where it comes from, for messages.</param>
internal sealed record VariableInput(string Name, string Text, bool IsJson, string Origin)
{
    private const string JsonSuffix = "_JSON";

    /// <param name="prefersJson">Whether the JSON form counts where both are there.</param>
    /// <param name="isVariable">Whether a name is a variable of its own, so that it can't be the JSON form of another.</param>
    public static VariableInput? Find(string name, bool prefersJson, BakeOptions options, Func<string, bool> isVariable)
    {
        var plain = options.Lookup(name);
        var jsonName = name + JsonSuffix;
        if ((plain is null || prefersJson) && !isVariable(jsonName) && !options.BuiltInVariables.ContainsKey(jsonName) && options.Lookup(jsonName) is { } json)
            return new VariableInput(name, json, true, Describe(jsonName, options));
        return plain is null ? null : new VariableInput(name, plain, false, Describe(name, options));
    }

    /// <param name="constraint">The type that the definition gives, or null.</param>
    /// <param name="byDefault">The default value, or null.</param>
    /// <exception cref="FormatException">The text isn't a value of the type.</exception>
    public Value Read(HclType? constraint, Value? byDefault)
    {
        if (constraint is not null && IsJson)
            return ReadJson(constraint);
        if (constraint is { Kind: TypeKind.List or TypeKind.Set or TypeKind.Tuple or TypeKind.Map })
            return ReadCsv(constraint);
        var type = constraint ?? byDefault?.Type ?? HclType.String;
        return type.IsPrimitive ? ReadPrimitive(Text, type)
            : type.Kind == TypeKind.Dynamic && constraint is null ? Value.String(Text)
            : throw new FormatException($"a value of type {TypeNames.Constraint(type)} is given as JSON, in {Name}{JsonSuffix}, and the variable must say its type");
    }

    private static string Describe(string name, BakeOptions options) => options.Variables.ContainsKey(name) ? $"--var {name}" : $"the environment variable {name}";

    private Value ReadJson(HclType type)
    {
        var parsed = ValueJson.Read(Text);
        if (parsed.Value is not { } value)
            throw new FormatException($"it is not JSON: {parsed.Error}");
        return ValueConversion.Convert(value, type) is { Value: { } converted } ? converted : throw new FormatException(ValueConversion.Convert(value, type).ToString());
    }

    private Value ReadCsv(HclType type)
    {
        var fields = CsvFields.Split(Text);
        if (type.Kind == TypeKind.Tuple)
        {
            return fields.Count == type.Items.Count
                ? Value.Tuple(fields.Zip(type.Items, ReadElement))
                : throw new FormatException($"it has {fields.Count} elements, not {type.Items.Count}");
        }
        var element = type.ElementType!;
        return type.Kind switch
        {
            TypeKind.List => Value.List(element, fields.Select(field => ReadElement(field, element))),
            TypeKind.Set => Value.Set(element, fields.Select(field => ReadElement(field, element))),
            _ => Value.Map(element, fields.Select(field => ReadPair(field, element)).GroupBy(pair => pair.Key).Select(group => group.Last())),
        };
    }

    private static KeyValuePair<string, Value> ReadPair(string field, HclType type)
    {
        var parts = CsvFields.Split(field, ':');
        return parts.Count == 2
            ? KeyValuePair.Create(parts[0], ReadElement(parts[1], type))
            : throw new FormatException($"\"{field}\" is not of the form KEY:VALUE");
    }

    private static Value ReadElement(string field, HclType type) => type.IsPrimitive
        ? ReadPrimitive(field, type)
        : throw new FormatException($"elements of type {TypeNames.Constraint(type)} can only be given as JSON");

    private static Value ReadPrimitive(string text, HclType type) => type.Kind switch
    {
        TypeKind.String => Value.String(text),
        TypeKind.Bool => Value.Bool(EntryText.ParseBoolean(text)),
        _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? Value.Number(Number.FromDouble(number))
            : throw new FormatException($"\"{text}\" is not a number"),
    };
}
