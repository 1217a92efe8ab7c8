using System.Text;

namespace Buildx.Dockerfile;

/// <summary>One run of a <see cref="WordExpander"/> over one text.</summary>
internal sealed class WordExpansion(WordExpander options, string source, IVariables variables, bool cutsWords)
{
    private const char EndOfText = '\uFFFF';
    private const int MaximumDepth = 200;

    private HashSet<string>? _matched;
    private HashSet<string>? _unmatched;
    private int _at;
    private int _depth;
    private bool _keepEscapes = options.KeepEscapes;

    public IReadOnlyCollection<string> Matched => _matched ?? (IReadOnlyCollection<string>)[];

    public IReadOnlyCollection<string> Unmatched => _unmatched ?? (IReadOnlyCollection<string>)[];

    public (string Text, IReadOnlyList<string> Words) Run() => Read(EndOfText, _keepEscapes);

    private char Peek() => _at < source.Length ? source[_at] : EndOfText;

    private bool AtEnd => _at >= source.Length;

    private (string Text, IReadOnlyList<string> Words) Read(char stop, bool keepEscapes)
    {
        if (++_depth > MaximumDepth)
            throw new ExpansionException("the substitutions are nested too deeply");
        var outerKeepEscapes = _keepEscapes;
        _keepEscapes = keepEscapes;
        var result = new StringBuilder(stop == EndOfText ? source.Length : 16);
        // Only the outermost text is cut.
        var words = cutsWords && _depth == 1 ? new WordList() : null;
        while (!AtEnd)
        {
            var c = Peek();
            if (stop != EndOfText && c == stop)
            {
                _at++;
                (_keepEscapes, _depth) = (outerKeepEscapes, _depth - 1);
                return (result.ToString(), words?.Finish() ?? []);
            }
            string piece;
            switch (c)
            {
                case '$':
                    piece = ReadVariable();
                    result.Append(piece);
                    words?.AddSplit(piece);
                    continue;
                case '\'' when !options.IgnoreQuotes:
                    piece = ReadSingleQuoted();
                    break;
                case '"' when !options.IgnoreQuotes:
                    piece = ReadDoubleQuoted();
                    break;
                case '<':
                    piece = ReadHereDocumentMarker();
                    break;
                default:
                    _at++;
                    if (c != options.Escape)
                    {
                        words?.AddSplit(c);
                        result.Append(c);
                        continue;
                    }
                    if (_keepEscapes)
                    {
                        words?.AddWhole(c);
                        result.Append(c);
                    }
                    if (AtEnd)
                        continue;
                    piece = source[_at++].ToString();
                    break;
            }
            result.Append(piece);
            words?.AddWhole(piece);
        }
        if (stop != EndOfText)
            throw new ExpansionException($"unexpected end while looking for the matching {stop} in \"{source}\"");
        (_keepEscapes, _depth) = (outerKeepEscapes, _depth - 1);
        return (result.ToString(), words?.Finish() ?? []);
    }

    private string ReadSingleQuoted()
    {
        var end = source.IndexOf('\'', _at + 1);
        if (end < 0)
            throw new ExpansionException($"a single quote is not closed in \"{source}\"");
        var text = options.KeepQuotes ? source[_at..(end + 1)] : source[(_at + 1)..end];
        _at = end + 1;
        return text;
    }

    private string ReadDoubleQuoted()
    {
        var result = new StringBuilder();
        _at++;
        if (options.KeepQuotes)
            result.Append('"');
        while (!AtEnd)
        {
            var c = Peek();
            if (c == '"')
            {
                _at++;
                if (options.KeepQuotes)
                    result.Append(c);
                return result.ToString();
            }
            if (c == '$')
            {
                result.Append(ReadVariable());
                continue;
            }
            _at++;
            if (c == options.Escape)
            {
                if (_keepEscapes)
                    result.Append(c);
                if (AtEnd)
                    continue;
                // Inside quotes only these can be escaped; before any other character the escape is itself.
                var next = Peek();
                if (next == '"' || next == '$' || next == options.Escape)
                {
                    _at++;
                    c = next;
                }
            }
            result.Append(c);
        }
        throw new ExpansionException($"a double quote is not closed in \"{source}\"");
    }

    private string ReadHereDocumentMarker()
    {
        _at++;
        if (Peek() != '<')
            return "<";
        var start = _at - 1;
        _at++;
        // Blanks between << and the name belong to the same word.
        while (Peek() is '\t' or '\r' or ' ')
            _at++;
        return source[start.._at];
    }

    private string ReadVariable()
    {
        var start = _at;
        _at++;
        if (Peek() != '{')
        {
            var plain = ReadName();
            if (plain.Length == 0)
                return "$";
            return Find(plain) ?? (options.KeepUnsetVariables ? "$" + plain : "");
        }
        _at++;
        if (AtEnd)
            throw MissingBrace(start);
        if (Peek() is '{' or '}' or ':')
            throw new ExpansionException($"bad substitution \"{Excerpt(start)}\": a name must follow ${{");
        var name = ReadName();
        if (AtEnd)
            throw MissingBrace(start);
        var operation = source[_at++];
        if (operation == '}')
            return Find(name) ?? (options.KeepUnsetVariables ? "${" + name + "}" : "");
        if (operation == '/')
            return Replace(name, start);
        var emptyIsUnset = operation == ':';
        if (emptyIsUnset)
        {
            if (AtEnd)
                throw MissingBrace(start);
            operation = source[_at++];
        }
        var written = emptyIsUnset ? ":" + operation : operation.ToString();
        if (operation is not ('-' or '+' or '?' or '#' or '%') || (emptyIsUnset && operation is '#' or '%'))
            throw Unsupported(written, start);
        var word = ReadUntil('}', operation is '#' or '%', start);
        var value = Find(name);
        if (value is null && options.KeepUnsetVariables)
            return $"${{{name}{written}{word}}}";
        var isSet = value is not null && !(emptyIsUnset && value.Length == 0);
        switch (operation)
        {
            case '-':
                return isSet ? value! : word;
            case '+':
                return isSet ? word : "";
            case '?':
                return isSet ? value! : throw new ExpansionException(
                    $"{name}: {(word.Length > 0 ? word : value is null ? "is not allowed to be unset" : "is not allowed to be empty")}");
            default:
                return Trim(operation, word, value ?? "");
        }
    }

    private string Replace(string name, int start)
    {
        var all = Peek() == '/';
        if (all)
            _at++;
        var pattern = ReadUntil('/', true, start);
        var replacement = ReadUntil('}', true, start);
        var value = Find(name);
        if (value is null && options.KeepUnsetVariables)
            return $"${{{name}{(all ? "//" : "/")}{pattern}/{replacement}}}";
        var matcher = ShellPattern.Parse(pattern);
        var text = value ?? "";
        var result = new StringBuilder();
        var lastEnd = -1;
        var i = 0;
        while (i <= text.Length)
        {
            var end = matcher.MatchForward(text, i, longest: true);
            // An empty match right behind the last one does not count.
            if (end >= 0 && !(end == i && i == lastEnd))
            {
                result.Append(replacement);
                lastEnd = end;
                if (!all)
                    return result.Append(text, end, text.Length - end).ToString();
                if (end > i)
                {
                    i = end;
                    continue;
                }
            }
            if (i < text.Length)
                result.Append(text[i]);
            i++;
        }
        return result.ToString();
    }

    private static string Trim(char operation, string pattern, string value)
    {
        var longest = pattern.Length > 0 && pattern[0] == operation;
        var matcher = ShellPattern.Parse(longest ? pattern[1..] : pattern);
        if (operation == '#')
        {
            var end = matcher.MatchForward(value, 0, longest);
            return end < 0 ? value : value[end..];
        }
        var begin = matcher.MatchBackward(value, longest);
        return begin < 0 ? value : value[..begin];
    }

    private string ReadUntil(char stop, bool keepEscapes, int start)
    {
        var depth = _depth;
        try
        {
            return Read(stop, keepEscapes).Text;
        }
        catch (ExpansionException) when (AtEnd && _depth == depth + 1)
        {
            throw stop == '/' ? new ExpansionException($"the second \"/\" is missing in \"{Excerpt(start)}\"") : MissingBrace(start);
        }
    }

    private string ReadName()
    {
        var start = _at;
        if (AtEnd)
            return "";
        var first = Peek();
        if (char.IsDigit(first))
        {
            while (!AtEnd && char.IsDigit(Peek()))
                _at++;
        }
        else if (first is '@' or '*' or '#' or '?' or '-' or '$' or '!')
        {
            _at++;
        }
        else
        {
            while (!AtEnd && (char.IsLetterOrDigit(Peek()) || Peek() == '_'))
                _at++;
        }
        return source[start.._at];
    }

    private string? Find(string name)
    {
        var value = variables.Find(name);
        _ = value is null ? (_unmatched ??= []).Add(name) : (_matched ??= []).Add(name);
        return value;
    }

    private string Excerpt(int start) => source[start..Math.Min(source.Length, start + 40)];

    private ExpansionException MissingBrace(int start) => new($"the closing \"}}\" is missing in \"{Excerpt(start)}\"");

    private ExpansionException Unsupported(string modifier, int start) => new($"\"{modifier}\" is no modifier of a substitution, in \"{Excerpt(start)}\"");
}
