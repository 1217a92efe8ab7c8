using System.Text;
using Buildx.Bake.Hcl.Values;
using static Buildx.Bake.Hcl.Functions.Define;

namespace Buildx.Bake.Hcl.Functions;

internal static class TextFunctions
{
    private static readonly HclType Strings = HclType.List(HclType.String);

    public static IReadOnlyList<HclFunction> All { get; } =
    [
        Simple("upper", "Returns the given string with all Unicode letters translated to their uppercase equivalents.", text => text.ToUpperInvariant()),
        Simple("lower", "Returns the given string with all Unicode letters translated to their lowercase equivalents.", text => text.ToLowerInvariant()),
        Simple("title", "Replaces one letter after each non-letter and non-digit character with its uppercase equivalent.", Title),
        Simple("reverse", "Returns the given string with all of its Unicode characters in reverse order.", text => string.Concat(Graphemes.Split(text).Reverse())),
        Simple("chomp", "Removes one or more newline characters from the end of the given string.", text => text.TrimEnd('\n', '\r')),
        Simple("trimspace", "Removes any consecutive space characters (as defined by Unicode) from the start and end of the given string.", text => text.Trim()),
        Function("strlen", "Returns the number of Unicode characters (technically: grapheme clusters) in the given string.", HclType.Number, [Text("str")],
            arguments => Value.Number(Graphemes.Count(arguments[0].AsString))),
        Function("substr", "Extracts a substring from the given string.", HclType.String, [Text("str"), Numeric("offset"), Numeric("length")], Substring),
        Function("join", "Concatenates together the elements of all given lists with a delimiter, producing a single string.", HclType.String, [Text("separator")],
            Join, new FunctionParameter("lists", Strings)),
        Function("split", "Produces a list of one or more strings by splitting the given string at all instances of a given separator substring.", Strings,
            [Text("separator"), Text("str")], Split),
        Function("sort", "Applies a lexicographic sort to the elements of the given list.", Strings, [new FunctionParameter("list", Strings)], Sort),
        Function("indent", "Adds a given number of spaces after each newline character in the given string.", HclType.String, [Numeric("spaces"), Text("str")],
            arguments => Integers.TryRead(arguments[0], out var spaces) && spaces is >= 0 and <= 10_000
                ? Value.String(arguments[1].AsString.Replace("\n", "\n" + new string(' ', spaces), StringComparison.Ordinal))
                : Fail("must be a whole number from 0 to 10000", 0)),
        Function("trim", "Removes consecutive sequences of characters in \"cutset\" from the start and end of the given string.", HclType.String, [Text("str"), Text("cutset")],
            arguments => Value.String(Trim(arguments[0].AsString, arguments[1].AsString))),
        Function("trimprefix", "Removes the given prefix from the start of the given string, if present.", HclType.String, [Text("str"), Text("prefix")],
            arguments => Value.String(arguments[0].AsString.StartsWith(arguments[1].AsString, StringComparison.Ordinal) ? arguments[0].AsString[arguments[1].AsString.Length..] : arguments[0].AsString)),
        Function("trimsuffix", "Removes the given suffix from the start of the given string, if present.", HclType.String, [Text("str"), Text("suffix")],
            arguments => Value.String(arguments[0].AsString.EndsWith(arguments[1].AsString, StringComparison.Ordinal) ? arguments[0].AsString[..^arguments[1].AsString.Length] : arguments[0].AsString)),
        Function("replace", "Replaces all instances of the given substring in the given string with the given replacement string.", HclType.String,
            [Text("str"), Text("substr"), Text("replace")], arguments => Value.String(Replace(arguments[0].AsString, arguments[1].AsString, arguments[2].AsString))),
        Simple("sanitize", "Replaces all non-alphanumeric characters with a underscore, leaving only characters that are valid for a Bake target name.", Sanitize, "name"),
        Function("byteslen", "Returns the total number of bytes in the given buffer.", HclType.Number, [Any("buf")], _ => Fail(NoBuffer, 0)),
        Function("bytesslice", "Extracts a subslice from the given buffer.", null, [Any("buf"), Numeric("offset"), Numeric("length")], _ => Fail(NoBuffer, 0)),
    ];

    // The language has no literal and no function that makes one.
    private const string NoBuffer = "must be a buffer of bytes, which no value in a bake file is";

    private static HclFunction Simple(string name, string description, Func<string, string> change, string parameter = "str") =>
        Function(name, description, HclType.String, [Text(parameter)], arguments => Value.String(change(arguments[0].AsString)));

    private static string Title(string text)
    {
        var result = new StringBuilder(text.Length);
        var isAfterSeparator = true;
        foreach (var rune in text.EnumerateRunes())
        {
            result.Append(isAfterSeparator ? Rune.ToUpperInvariant(rune) : rune);
            isAfterSeparator = !Rune.IsLetterOrDigit(rune) && (rune.IsAscii ? rune.Value != '_' : Rune.IsWhiteSpace(rune));
        }
        return result.ToString();
    }

    private static FunctionResult Substring(IReadOnlyList<Value> arguments)
    {
        if (!Integers.TryRead(arguments[1], out var offset))
            return Fail(Integers.Required, 1);
        if (!Integers.TryRead(arguments[2], out var length))
            return Fail(Integers.Required, 2);
        var clusters = Graphemes.Split(arguments[0].AsString).ToList();
        if (offset < 0)
            offset += clusters.Count;
        else if (length == 0)
            return Value.EmptyString;
        offset = Math.Max(offset, 0);
        if (offset > clusters.Count)
            return Value.EmptyString;
        // From the end, nothing wanted means everything, as does a negative length.
        var end = length <= 0 ? clusters.Count : (int)Math.Min(clusters.Count, (long)offset + length);
        return Value.String(string.Concat(clusters[offset..end]));
    }

    private static FunctionResult Join(IReadOnlyList<Value> arguments)
    {
        if (arguments.Count < 2)
            return Fail("needs at least one list");
        var items = new List<string>();
        for (var i = 1; i < arguments.Count; i++)
        {
            for (var j = 0; j < arguments[i].Count; j++)
            {
                if (arguments[i].Elements[j].IsNull)
                    return Fail($"has null as element {j}, which cannot be joined", i);
                items.Add(arguments[i].Elements[j].AsString);
            }
        }
        return Value.String(string.Join(arguments[0].AsString, items));
    }

    private static FunctionResult Split(IReadOnlyList<Value> arguments)
    {
        var (separator, text) = (arguments[0].AsString, arguments[1].AsString);
        return Value.Strings(separator.Length == 0 ? text.EnumerateRunes().Select(rune => rune.ToString()) : text.Split(separator, StringSplitOptions.None));
    }

    private static FunctionResult Sort(IReadOnlyList<Value> arguments)
    {
        for (var i = 0; i < arguments[0].Count; i++)
        {
            if (arguments[0].Elements[i].IsNull)
                return Fail($"has null as element {i}, which cannot be sorted", 0);
        }
        return Value.List(HclType.String, arguments[0].Elements.OrderBy(element => element.AsString, CodePointComparer.Instance));
    }

    private static string Trim(string text, string set)
    {
        var runes = text.EnumerateRunes().ToList();
        var cut = set.EnumerateRunes().ToHashSet();
        var (start, end) = (0, runes.Count);
        while (start < end && cut.Contains(runes[start]))
            start++;
        while (end > start && cut.Contains(runes[end - 1]))
            end--;
        return string.Concat(runes[start..end]);
    }

    private static string Replace(string text, string search, string replacement)
    {
        if (search.Length > 0)
            return text.Replace(search, replacement, StringComparison.Ordinal);
        // Nothing is found before every character and at the end.
        return replacement + string.Concat(text.EnumerateRunes().Select(rune => rune + replacement));
    }

    private static string Sanitize(string name) =>
        string.Concat(name.EnumerateRunes().Select(rune => rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || rune.Value is '_' or '-') ? (char)rune.Value : '_'));
}
