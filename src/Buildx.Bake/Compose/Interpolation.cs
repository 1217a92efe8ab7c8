using System.Text;

namespace Buildx.Bake.Compose;

/// <summary>
/// Variables in texts: <c>$NAME</c>, <c>${NAME}</c>, <c>${NAME:-default}</c>, <c>${NAME-default}</c>, <c>${NAME:+value}</c>,
/// <c>${NAME+value}</c>, <c>${NAME:?message}</c>, <c>${NAME?message}</c>; <c>$$</c> is a dollar.
/// </summary>
internal static class Interpolation
{
    /// <param name="missing">Told of a variable that is not set and has no default.</param>
    /// <exception cref="FormatException">It makes no sense, or a variable that is required is missing.</exception>
    public static string Substitute(string template, Func<string, string?> lookup, Action<string>? missing = null)
    {
        if (!template.Contains('$'))
            return template;
        var result = new StringBuilder();
        for (var position = 0; position < template.Length;)
        {
            var dollar = template.IndexOf('$', position);
            if (dollar < 0)
                return result.Append(template, position, template.Length - position).ToString();
            result.Append(template, position, dollar - position);
            position = dollar + 1;
            var next = position < template.Length ? template[position] : '\0';
            if (next == '$')
            {
                result.Append('$');
                position++;
            }
            else if (next == '{')
            {
                result.Append(SubstituteBraced(template, ref position, lookup, missing));
            }
            else if (NameLength(template, position) is var length and > 0)
            {
                result.Append(Value(template.Substring(position, length), lookup, missing));
                position += length;
            }
            else
            {
                result.Append('$');
            }
        }
        return result.ToString();
    }

    private static string SubstituteBraced(string template, ref int position, Func<string, string?> lookup, Action<string>? missing)
    {
        var end = FindEnd(template, position);
        var length = NameLength(template, position + 1);
        if (end < 0 || length == 0)
            throw new FormatException($"\"{template}\" has a ${{ that is no variable; a dollar that means itself is written $$");
        var name = template.Substring(position + 1, length);
        var rest = template[(position + 1 + length)..end];
        position = end + 1;
        var value = lookup(name);
        var colon = rest.StartsWith(':');
        var operation = colon ? rest[1..] : rest;
        if (rest.Length == 0)
            return Value(name, lookup, missing);
        if (operation.Length == 0 || operation[0] is not ('-' or '+' or '?'))
            throw new FormatException($"\"{template}\": {rest} can't follow the name of a variable (want :-, -, :+, +, :? or ?)");
        var isThere = value is not null && !(colon && value.Length == 0);
        string Word() => Substitute(operation[1..], lookup, missing);
        return operation[0] switch
        {
            '-' => isThere ? value! : Word(),
            '+' => isThere ? Word() : value ?? "",
            _ when isThere => value!,
            _ => throw new FormatException(Word() is { Length: > 0 } message ? $"the variable {name} has no value: {message}" : $"the variable {name} has no value"),
        };
    }

    private static string Value(string name, Func<string, string?> lookup, Action<string>? missing)
    {
        if (lookup(name) is { } value)
            return value;
        missing?.Invoke(name);
        return "";
    }

    private static int FindEnd(string template, int open)
    {
        var depth = 0;
        for (var i = open; i < template.Length; i++)
        {
            if (template[i] == '{')
                depth++;
            else if (template[i] == '}' && --depth == 0)
                return i;
        }
        return -1;
    }

    private static int NameLength(string text, int start)
    {
        var end = start;
        while (end < text.Length && (text[end] == '_' || char.IsAsciiLetter(text[end]) || (end > start && char.IsAsciiDigit(text[end]))))
            end++;
        return end - start;
    }
}
