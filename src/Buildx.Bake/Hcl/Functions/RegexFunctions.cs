using System.Text;
using Buildx.Bake.Hcl.Values;
using static Buildx.Bake.Hcl.Functions.Define;

namespace Buildx.Bake.Hcl.Functions;

internal static class RegexFunctions
{
    public static IReadOnlyList<HclFunction> All { get; } =
    [
        Function("regex", "Applies the given regular expression pattern to the given string and returns information about a single match, or raises an error if there is no match.", null,
            [Text("pattern"), Text("string")], First),
        Function("regexall", "Applies the given regular expression pattern to the given string and returns a list of information about all non-overlapping matches, or an empty list if there are no matches.", null,
            [Text("pattern"), Text("string")], Every),
        Function("regex_replace", "Applies the given regular expression pattern to the given string and replaces all matches with the given replacement string.", HclType.String,
            [Text("str"), Text("pattern"), Text("replace")], Replace),
    ];

    private static FunctionResult First(IReadOnlyList<Value> arguments)
    {
        if (RegexPattern.Parse(arguments[0].AsString, out var error) is not { } pattern)
            return Fail(error, 0);
        if (pattern.HasMixedGroups)
            return Fail("has groups with names and groups without; all or none must have one", 0);
        return pattern.Matches(arguments[1].AsString).FirstOrDefault() is { } match ? ToValue(pattern, match) : Fail("the pattern matches nothing in the string");
    }

    private static FunctionResult Every(IReadOnlyList<Value> arguments)
    {
        if (RegexPattern.Parse(arguments[0].AsString, out var error) is not { } pattern)
            return Fail(error, 0);
        if (pattern.HasMixedGroups)
            return Fail("has groups with names and groups without; all or none must have one", 0);
        return Value.List(ResultType(pattern), pattern.Matches(arguments[1].AsString).Select(match => ToValue(pattern, match)));
    }

    private static HclType ResultType(RegexPattern pattern)
    {
        if (pattern.GroupNames.Count == 0)
            return HclType.String;
        return pattern.GroupNames[0] is null
            ? HclType.Tuple([.. pattern.GroupNames.Select(_ => HclType.String)])
            : HclType.Object(TypeMembers.Create(pattern.GroupNames.Select(name => KeyValuePair.Create(name!, HclType.String))));
    }

    /// <summary>The text that matches, or what the groups took: a tuple, or an object when they have names.</summary>
    private static Value ToValue(RegexPattern pattern, RegexMatch match)
    {
        if (pattern.GroupNames.Count == 0)
            return Value.String(match.Groups[0]!);
        var groups = match.Groups.Skip(1).Select(group => group is null ? Value.Null(HclType.String) : Value.String(group));
        return pattern.GroupNames[0] is null ? Value.Tuple(groups) : Value.Object(pattern.GroupNames.Zip(groups, (name, group) => KeyValuePair.Create(name!, group)));
    }

    private static FunctionResult Replace(IReadOnlyList<Value> arguments)
    {
        var text = arguments[0].AsString;
        if (RegexPattern.Parse(arguments[1].AsString, out var error) is not { } pattern)
            return Fail(error, 1);
        var result = new StringBuilder();
        var end = 0;
        foreach (var match in pattern.Matches(text))
        {
            result.Append(text, end, match.Index - end);
            Expand(arguments[2].AsString, pattern, match, result);
            end = match.Index + match.Length;
        }
        return Value.String(result.Append(text, end, text.Length - end).ToString());
    }

    /// <summary><c>$1</c>, <c>$name</c> and <c>${name}</c> are what a group took, <c>$$</c> is a dollar; the longest name counts.</summary>
    private static void Expand(string template, RegexPattern pattern, RegexMatch match, StringBuilder result)
    {
        for (var i = 0; i < template.Length;)
        {
            if (template[i] != '$')
            {
                result.Append(template[i++]);
                continue;
            }
            if (i + 1 < template.Length && template[i + 1] == '$')
            {
                result.Append('$');
                i += 2;
                continue;
            }
            var isBraced = i + 1 < template.Length && template[i + 1] == '{';
            var start = i + (isBraced ? 2 : 1);
            var end = start;
            while (end < template.Length && (char.IsLetterOrDigit(template[end]) || template[end] == '_'))
                end++;
            if (end == start || (isBraced && (end >= template.Length || template[end] != '}')))
            {
                result.Append('$');
                i++;
                continue;
            }
            result.Append(pattern.FindGroup(template[start..end]) is { } group && group < match.Groups.Count ? match.Groups[group] : "");
            i = isBraced ? end + 1 : end;
        }
    }
}
