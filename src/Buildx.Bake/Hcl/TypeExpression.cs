using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl;

/// <summary>Reads types as they are written: <c>string</c>, <c>list(number)</c>, <c>object({a = optional(bool)})</c>, <c>any</c>.</summary>
public static class TypeExpression
{
    private const string Forms = "there are string, number, bool, any, list(…), set(…), map(…), tuple([…]) and object({…})";
    private static readonly string[] Names = ["string", "number", "bool", "any", "list", "set", "map", "tuple", "object"];

    /// <returns>Null when it is no type; that is among the diagnostics.</returns>
    public static HclType? Read(Expression expression, DiagnosticBag diagnostics)
    {
        if (expression.AsKeyword() is { } keyword)
            return ReadKeyword(keyword, expression.Range, diagnostics);
        if (expression.AsCall() is not { } call)
            return Fail(expression.Range, "a type should stand here", Forms, diagnostics);
        switch (call.Name)
        {
            case "string" or "number" or "bool" or "any":
                return Fail(call.Range, $"the type {call.Name} takes nothing in parentheses", $"write {call.Name}", diagnostics);
            case "optional":
                return Fail(call.NameRange, "only the attributes of an object can be optional", null, diagnostics);
            case "list" or "set" or "map" or "tuple" or "object" when call.Arguments.Count != 1:
                return Fail(call.Range, $"{call.Name} takes one argument, not {call.Arguments.Count}", FormOf(call.Name), diagnostics);
            case "list":
                return Read(call.Arguments[0], diagnostics) is { } list ? HclType.List(list) : null;
            case "set":
                return Read(call.Arguments[0], diagnostics) is { } set ? HclType.Set(set) : null;
            case "map":
                return Read(call.Arguments[0], diagnostics) is { } map ? HclType.Map(map) : null;
            case "tuple":
                return ReadTuple(call.Arguments[0], diagnostics);
            case "object":
                return ReadObject(call.Arguments[0], diagnostics);
            default:
                return Fail(call.NameRange, $"there is no type \"{call.Name}\"", Hint(call.Name), diagnostics);
        }
    }

    private static HclType? ReadKeyword(string keyword, SourceRange range, DiagnosticBag diagnostics) => keyword switch
    {
        "string" => HclType.String,
        "number" => HclType.Number,
        "bool" => HclType.Bool,
        "any" => HclType.Dynamic,
        "list" or "set" or "map" or "tuple" or "object" => Fail(range, $"the type {keyword} needs to know of what", FormOf(keyword), diagnostics),
        _ => Fail(range, $"there is no type \"{keyword}\"", Hint(keyword), diagnostics),
    };

    private static HclType? ReadTuple(Expression argument, DiagnosticBag diagnostics)
    {
        if (argument.AsList() is not { } items)
            return Fail(argument.Range, "the elements' types of a tuple stand in brackets", FormOf("tuple"), diagnostics);
        var types = items.Select(item => Read(item, diagnostics)).ToList();
        return types.Contains(null) ? null : HclType.Tuple(types!);
    }

    private static HclType? ReadObject(Expression argument, DiagnosticBag diagnostics)
    {
        if (argument.AsMap() is not { } pairs)
            return Fail(argument.Range, "the attributes' types of an object stand in braces", FormOf("object"), diagnostics);
        var members = new Dictionary<string, HclType>(StringComparer.Ordinal);
        var optional = new HashSet<string>(StringComparer.Ordinal);
        var isWhole = true;
        foreach (var (key, value) in pairs)
        {
            if (key.AsKeyword() is not { } name || members.ContainsKey(name))
            {
                Fail(key.Range, key.AsKeyword() is null ? "the name of an attribute should stand here" : "the type has this attribute already", null, diagnostics);
                isWhole = false;
                continue;
            }
            var type = ReadMember(name, value, optional, diagnostics);
            isWhole &= type is not null;
            members[name] = type ?? HclType.Dynamic;
        }
        return isWhole ? HclType.Object(TypeMembers.Create(members), optional) : null;
    }

    private static HclType? ReadMember(string name, Expression value, HashSet<string> optional, DiagnosticBag diagnostics)
    {
        if (value.AsCall() is not { Name: "optional" } call)
            return Read(value, diagnostics);
        if (call.Arguments.Count != 1)
            return Fail(call.Range, $"optional takes one argument, the attribute's type, not {call.Arguments.Count}", null, diagnostics);
        optional.Add(name);
        return Read(call.Arguments[0], diagnostics);
    }

    private static string FormOf(string name) => name switch
    {
        "tuple" => "write tuple([string, number])",
        "object" => "write object({name = string})",
        _ => $"write {name}(string)",
    };

    private static string Hint(string name) => Suggestion.Find(name, Names) is { } near ? $"did you mean {near}?" : Forms;

    private static HclType? Fail(SourceRange range, string message, string? hint, DiagnosticBag diagnostics)
    {
        diagnostics.Error(range, message, hint);
        return null;
    }
}
