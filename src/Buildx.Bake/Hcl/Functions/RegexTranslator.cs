using System.Globalization;
using System.Text;

namespace Buildx.Bake.Hcl.Functions;

/// <summary>Writes a pattern of RE2's syntax in that of .NET, where the two differ, and refuses what only .NET would understand.</summary>
internal sealed class RegexTranslator(string pattern)
{
    // One character beyond the basic plane is two units of a .NET string.
    private const string Pair = @"[\uD800-\uDBFF][\uDC00-\uDFFF]";
    private const string Word = "0-9A-Za-z_";
    private const string Space = @"\t\n\f\r ";
    private readonly StringBuilder _result = new();
    private readonly List<string?> _groupNames = [];
    private readonly Stack<Flags> _flags = new([new Flags(false, false)]);
    private int _position;

    public string Error { get; private set; } = "";

    public IReadOnlyList<string?> GroupNames => _groupNames;

    public string? Translate()
    {
        while (_position < pattern.Length)
        {
            if (!Step())
                return null;
        }
        return _result.ToString();
    }

    private bool Step()
    {
        var c = pattern[_position];
        switch (c)
        {
            case '\\':
                return Escape();
            case '[':
                return Class();
            case '(':
                return Open();
            case ')':
                if (_flags.Count > 1)
                    _flags.Pop();
                return Append(")", 1);
            case '.':
                return Append($"(?:{Pair}|{(_flags.Peek().DotMatchesNewline ? @"[\s\S]" : @"[^\n]")})", 1);
            case '$':
                return Append(_flags.Peek().IsMultiline ? "(?m:$)" : @"\z", 1);
            case '^':
                return Append(_flags.Peek().IsMultiline ? "(?m:^)" : @"\A", 1);
            case '#' or ' ':
                return Append("\\" + c, 1);
            default:
                if (char.IsHighSurrogate(c) && _position + 1 < pattern.Length)
                    return Append($"(?:{pattern.AsSpan(_position, 2)})", 2);
                return Append(c.ToString(), 1);
        }
    }

    private bool Append(string text, int used)
    {
        _result.Append(text);
        _position += used;
        return true;
    }

    private bool Fail(string error)
    {
        Error = error;
        return false;
    }

    private bool Open()
    {
        if (Next(1) != '?')
        {
            _groupNames.Add(null);
            _flags.Push(_flags.Peek());
            return Append("(", 1);
        }
        var rest = pattern.AsSpan(_position + 2);
        var nameStart = rest.StartsWith("P<") ? 2 : rest.StartsWith("<") && !rest.StartsWith("<=") && !rest.StartsWith("<!") ? 1 : 0;
        if (nameStart > 0)
        {
            var end = rest.IndexOf('>');
            var name = end < 0 ? "" : rest[nameStart..end].ToString();
            if (name.Length == 0 || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_'))
                return Fail("the name of a group must be letters, digits and underscores between < and >");
            if (_groupNames.Contains(name))
                return Fail($"there are two groups with the name {name}");
            _groupNames.Add(name);
            _flags.Push(_flags.Peek());
            return Append("(", end + 3);
        }
        return OpenFlags(rest);
    }

    private bool OpenFlags(ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOfAny(':', ')');
        if (end < 0)
            return Fail("a parenthesis is never closed");
        var flags = _flags.Peek();
        var isOff = false;
        var kept = new StringBuilder();
        foreach (var flag in rest[..end])
        {
            switch (flag)
            {
                case '-' when !isOff:
                    isOff = true;
                    kept.Append('-');
                    break;
                case 'i':
                    kept.Append('i');
                    break;
                case 'm':
                    flags = flags with { IsMultiline = !isOff };
                    break;
                case 's':
                    flags = flags with { DotMatchesNewline = !isOff };
                    break;
                default:
                    return Fail($"(?{rest[..Math.Min(end + 1, 3)]} is not known; groups can look neither ahead nor back");
            }
        }
        var written = kept.ToString().TrimEnd('-');
        if (rest[end] == ':')
        {
            _flags.Push(flags);
            return Append($"(?{written}:", end + 3);
        }
        _flags.Pop();
        _flags.Push(flags);
        return Append(written.Length == 0 ? "" : $"(?{written})", end + 3);
    }

    private char Next(int offset) => _position + offset < pattern.Length ? pattern[_position + offset] : '\0';

    private bool Escape()
    {
        if (_position + 1 >= pattern.Length)
            return Fail("a backslash stands at the end");
        switch (Next(1))
        {
            case 'd':
                return Append("[0-9]", 2);
            case 'D':
                return Append($"(?:{Pair}|[^0-9])", 2);
            case 'w':
                return Append($"[{Word}]", 2);
            case 'W':
                return Append($"(?:{Pair}|[^{Word}])", 2);
            case 's':
                return Append($"[{Space}]", 2);
            case 'S':
                return Append($"(?:{Pair}|[^{Space}])", 2);
            case 'A' or 'z' or 'b' or 'B':
                return Append(pattern.Substring(_position, 2), 2);
            case 'Q':
                var end = pattern.IndexOf(@"\E", _position + 2, StringComparison.Ordinal);
                var literal = pattern[(_position + 2)..(end < 0 ? pattern.Length : end)];
                return Append(System.Text.RegularExpressions.Regex.Escape(literal), literal.Length + (end < 0 ? 2 : 4));
            case 'E':
                return Append("", 2);
            case 'p' or 'P':
                var property = Property();
                return property is not null && Append(property, 0);
            default:
                return Character() is { } character && Append(Quote(character), 0);
        }
    }

    /// <summary>An escape that stands for one character; goes past it.</summary>
    private Rune? Character()
    {
        var c = Next(1);
        var simple = c switch
        {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'f' => '\f',
            'a' => '\a',
            'v' => '\v',
            _ => '\0',
        };
        if (simple != '\0')
        {
            _position += 2;
            return new Rune(simple);
        }
        if (c == 'x')
            return Hexadecimal();
        if (c is '0' || (c is >= '1' and <= '7' && Next(2) is >= '0' and <= '7'))
        {
            var (value, length) = (0, 1);
            for (; length <= 3 && Next(length) is >= '0' and <= '7'; length++)
                value = (value * 8) + (Next(length) - '0');
            _position += length;
            return new Rune(value);
        }
        if (c < 0x80 && !char.IsAsciiLetterOrDigit(c) && c != '\0')
        {
            _position += 2;
            return new Rune(c);
        }
        Fail($"there is no escape \\{c}");
        return null;
    }

    private Rune? Hexadecimal()
    {
        var isBraced = Next(2) == '{';
        var start = _position + (isBraced ? 3 : 2);
        var end = isBraced ? pattern.IndexOf('}', start) : Math.Min(start + 2, pattern.Length);
        if (end < start || end - start > 8 || !uint.TryParse(pattern.AsSpan(start, end - start), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || (!isBraced && end - start != 2) || !Rune.TryCreate(value, out var rune))
        {
            Fail(@"\x needs the number of a character, in hexadecimal");
            return null;
        }
        _position = end + (isBraced ? 1 : 0);
        return rune;
    }

    /// <summary>A class of Unicode, such as <c>\pL</c>; goes past it.</summary>
    private string? Property()
    {
        var isBraced = Next(2) == '{';
        var end = isBraced ? pattern.IndexOf('}', _position) : _position + 2;
        if (end < 0 || end >= pattern.Length)
        {
            Fail("a class of characters is never closed");
            return null;
        }
        var name = isBraced ? pattern[(_position + 3)..end] : pattern[end].ToString();
        var isNegated = (Next(1) == 'P') != name.StartsWith('^');
        name = name.TrimStart('^');
        if (name is not { Length: 1 or 2 })
        {
            Fail($"the class of characters {name} is not known; there are Unicode's general categories, such as L and Nd");
            return null;
        }
        _position = end + 1;
        return $"\\{(isNegated ? 'P' : 'p')}{{{name}}}";
    }

    private bool Class()
    {
        var isNegated = Next(1) == '^';
        _position += isNegated ? 2 : 1;
        var content = new StringBuilder();
        var pairs = new List<string>();
        var isFirst = true;
        for (; ; isFirst = false)
        {
            if (_position >= pattern.Length)
                return Fail("a bracket is never closed");
            var c = pattern[_position];
            if (c == ']' && !isFirst)
                break;
            if (c == '[' && Next(1) == ':')
            {
                if (!Posix(content))
                    return false;
                continue;
            }
            if (!ClassItem(content, pairs))
                return false;
        }
        _position++;
        var plain = content.Length == 0 ? null : $"[{(isNegated ? "^" : "")}{content}]";
        if (isNegated)
            return Append(pairs.Count > 0 ? $"(?:{plain ?? @"[\s\S]"})" : $"(?:{Pair}|{plain})", 0);
        return Append($"(?:{string.Join('|', pairs.Append(plain).Where(part => part is not null))})", 0);
    }

    private bool ClassItem(StringBuilder content, List<string> pairs)
    {
        if (pattern[_position] == '\\')
        {
            var shorthand = Next(1) switch
            {
                'd' => "0-9",
                'D' => @"\x00-/:-\uFFFF",
                'w' => Word,
                'W' => @"\x00-/:-@\[-\^`{-\uFFFF",
                's' => Space,
                'S' => @"\x00-\x08\x0B\x0E-\x1F!-\uFFFF",
                _ => null,
            };
            if (shorthand is not null)
            {
                content.Append(shorthand);
                _position += 2;
                return true;
            }
            if (Next(1) is 'p' or 'P')
            {
                if (Property() is not { } property)
                    return false;
                content.Append(property);
                return true;
            }
        }
        if (ClassCharacter() is not { } low)
            return false;
        var high = low;
        if (_position + 1 < pattern.Length && pattern[_position] == '-' && pattern[_position + 1] != ']')
        {
            _position++;
            if (ClassCharacter() is not { } end)
                return false;
            high = end;
            if (high < low)
                return Fail("a range ends before it begins");
        }
        if (low.IsBmp)
            content.Append(QuoteInClass(low)).Append('-').Append(QuoteInClass(high.IsBmp ? high : new Rune('\uFFFD')));
        if (!high.IsBmp)
            pairs.Add(low == high ? high.ToString() : Pair);
        return true;
    }

    private Rune? ClassCharacter()
    {
        if (_position >= pattern.Length)
        {
            Fail("a bracket is never closed");
            return null;
        }
        if (pattern[_position] == '\\')
            return Character();
        Rune.DecodeFromUtf16(pattern.AsSpan(_position), out var rune, out var used);
        _position += used;
        return rune;
    }

    private bool Posix(StringBuilder content)
    {
        var end = pattern.IndexOf(":]", _position, StringComparison.Ordinal);
        var name = end < 0 ? "" : pattern[(_position + 2)..end];
        var members = name switch
        {
            "alnum" => "0-9A-Za-z",
            "alpha" => "A-Za-z",
            "ascii" => @"\x00-\x7F",
            "blank" => @"\t ",
            "cntrl" => @"\x00-\x1F\x7F",
            "digit" => "0-9",
            "graph" => "!-~",
            "lower" => "a-z",
            "print" => " -~",
            "punct" => @"!-/:-@\[-`{-~",
            "space" => @"\t\n\v\f\r ",
            "upper" => "A-Z",
            "word" => Word,
            "xdigit" => "0-9A-Fa-f",
            _ => null,
        };
        if (members is null)
            return Fail($"there is no class [:{name}:]");
        content.Append(members);
        _position = end + 2;
        return true;
    }

    private static string Quote(Rune rune) => rune.IsBmp ? QuoteInClass(rune) : $"(?:{rune})";

    private static string QuoteInClass(Rune rune) =>
        rune.IsAscii && char.IsAsciiLetterOrDigit((char)rune.Value) ? rune.ToString() : "\\u" + rune.Value.ToString("X4", CultureInfo.InvariantCulture);

    private readonly record struct Flags(bool IsMultiline, bool DotMatchesNewline);
}
