using System.Text;

namespace Buildx.Dockerfile;

/// <summary>Takes one instruction apart: keyword, flags and arguments, by the rules of each keyword.</summary>
internal sealed class InstructionParser(LogicalLine line, char escape, List<Diagnostic> diagnostics)
{
    private readonly string _text = line.Text;

    public InstructionSyntax Parse() => Parse(0);

    private InstructionSyntax Parse(int start)
    {
        var end = _text.Length;
        while (end > start && char.IsWhiteSpace(_text[end - 1]))
            end--;
        while (start < end && char.IsWhiteSpace(_text[start]))
            start++;
        var keywordEnd = start;
        while (keywordEnd < end && !IsBlank(_text[keywordEnd]))
            keywordEnd++;
        var flags = new List<SyntaxWord>();
        var arguments = ReadFlags(keywordEnd, end, flags);
        while (arguments < end && char.IsWhiteSpace(_text[arguments]))
            arguments++;
        var syntax = new InstructionSyntax
        {
            Keyword = new SyntaxWord(_text[start..keywordEnd], line.Range(start, keywordEnd - start)),
            Text = _text[start..],
            Flags = flags,
            Range = line.Range(start, Math.Max(end - start, 0)),
        };
        return ReadArguments(syntax, arguments, end);
    }

    private InstructionSyntax ReadArguments(InstructionSyntax syntax, int start, int end)
    {
        var rest = _text[start..end];
        switch (syntax.Keyword.Text.ToUpperInvariant())
        {
            case "ADD" or "COPY" or "VOLUME":
                return ReadJson(syntax, rest, start) ?? syntax with { Arguments = SplitOnBlanks(rest, start) };
            case "RUN" or "CMD" or "ENTRYPOINT" or "SHELL":
                return ReadJson(syntax, rest, start) ?? syntax with { Arguments = Whole(rest, start) };
            case "FROM" or "EXPOSE":
                return syntax with { Arguments = SplitOnBlanks(rest, start) };
            case "MAINTAINER" or "STOPSIGNAL" or "USER" or "WORKDIR":
                return syntax with { Arguments = Whole(rest, start) };
            case "ARG":
                return syntax with { Arguments = SplitWords(start, end) };
            case "ENV" or "LABEL":
                return syntax with { Pairs = ReadPairs(syntax, start, end) };
            case "HEALTHCHECK":
                return ReadHealthCheck(syntax, start, end);
            case "ONBUILD":
                return rest.Length == 0 ? syntax : syntax with { Inner = Parse(start) };
            default:
                return syntax;
        }
    }

    private InstructionSyntax? ReadJson(InstructionSyntax syntax, string text, int start)
    {
        if (!JsonArguments.TryParse(text, out var values, out var notStrings))
            return null;
        var range = line.Range(start, text.Length);
        if (notStrings)
        {
            diagnostics.Add(Diagnostic.Error($"the JSON list of {syntax.Keyword.Text} must hold strings only; put every element into double quotes", range));
            return syntax with { IsJson = true };
        }
        return syntax with { IsJson = true, Arguments = values.Select(value => new SyntaxWord(value, range)).ToArray() };
    }

    private InstructionSyntax ReadHealthCheck(InstructionSyntax syntax, int start, int end)
    {
        var typeEnd = start;
        while (typeEnd < end && !char.IsWhiteSpace(_text[typeEnd]))
            typeEnd++;
        if (typeEnd == start)
            return syntax;
        var command = typeEnd;
        while (command < end && char.IsWhiteSpace(_text[command]))
            command++;
        var type = new SyntaxWord(_text[start..typeEnd], line.Range(start, typeEnd - start));
        var rest = _text[command..end];
        var read = ReadJson(syntax, rest, command) ?? syntax with { Arguments = Whole(rest, command) };
        return read with { Arguments = [type, .. read.Arguments] };
    }

    private List<SyntaxPair> ReadPairs(InstructionSyntax syntax, int start, int end)
    {
        var words = SplitWords(start, end);
        if (words.Count == 0)
            return [];
        // Whether the first word has a "=" decides between "name=value …" and "name the rest".
        if (!words[0].Text.Contains('='))
        {
            var nameEnd = start;
            while (nameEnd < end && !IsBlank(_text[nameEnd]))
                nameEnd++;
            if (nameEnd == end)
            {
                diagnostics.Add(Diagnostic.Error(
                    $"{syntax.Keyword.Text.ToUpperInvariant()} {words[0].Text} has no value; write {syntax.Keyword.Text.ToUpperInvariant()} {words[0].Text}=value", words[0].Range));
                return [];
            }
            var value = nameEnd;
            while (value < end && IsBlank(_text[value]))
                value++;
            return [new SyntaxPair(_text[start..nameEnd], _text[value..end], true, line.Range(start, end - start))];
        }
        var pairs = new List<SyntaxPair>(words.Count);
        foreach (var word in words)
        {
            var equals = word.Text.IndexOf('=');
            if (equals < 0)
            {
                diagnostics.Add(Diagnostic.Error(
                    $"\"{word.Text}\" has no \"=\": {syntax.Keyword.Text.ToUpperInvariant()} wants name=value, with quotes around a value that has blanks", word.Range));
                continue;
            }
            pairs.Add(new SyntaxPair(word.Text[..equals], word.Text[(equals + 1)..], false, word.Range));
        }
        return pairs;
    }

    private SyntaxWord[] Whole(string text, int start) => text.Length == 0 ? [] : [new SyntaxWord(text, line.Range(start, text.Length))];

    private List<SyntaxWord> SplitOnBlanks(string text, int start)
    {
        var words = new List<SyntaxWord>();
        for (var i = 0; i < text.Length;)
        {
            while (i < text.Length && IsBlank(text[i]))
                i++;
            var from = i;
            while (i < text.Length && !IsBlank(text[i]))
                i++;
            if (i > from)
                words.Add(new SyntaxWord(text[from..i], line.Range(start + from, i - from)));
        }
        return words;
    }

    /// <summary>Words as a shell sees them, with their quotes and escapes still in place.</summary>
    private List<SyntaxWord> SplitWords(int start, int end)
    {
        var words = new List<SyntaxWord>();
        var word = new StringBuilder();
        for (var i = start; i < end;)
        {
            if (char.IsWhiteSpace(_text[i]))
            {
                i++;
                continue;
            }
            var from = i;
            var quote = '\0';
            word.Clear();
            for (; i < end; i++)
            {
                var c = _text[i];
                if (quote == '\0' && char.IsWhiteSpace(c))
                    break;
                if (c == escape && quote != '\'')
                {
                    // At the end of the line an escape character escapes nothing.
                    if (i + 1 == end)
                        continue;
                    word.Append(c).Append(_text[++i]);
                    continue;
                }
                if (quote == '\0' && c is '\'' or '"')
                    quote = c;
                else if (c == quote)
                    quote = '\0';
                word.Append(c);
            }
            if (word.Length > 0)
                words.Add(new SyntaxWord(word.ToString(), line.Range(from, i - from)));
        }
        return words;
    }

    /// <summary>Reads <c>--name=value</c> words, whose quotes and escapes are resolved here.</summary>
    /// <returns>Where the arguments start.</returns>
    private int ReadFlags(int start, int end, List<SyntaxWord> flags)
    {
        var word = new StringBuilder();
        for (var i = start; ;)
        {
            while (i < end && char.IsWhiteSpace(_text[i]))
                i++;
            if (i + 1 >= end || _text[i] != '-' || _text[i + 1] != '-')
                return i;
            var from = i;
            var quote = '\0';
            word.Clear();
            for (; i < end; i++)
            {
                var c = _text[i];
                if (quote == '\0' && char.IsWhiteSpace(c))
                    break;
                if (c == escape)
                {
                    if (i + 1 < end)
                        word.Append(_text[++i]);
                }
                else if (quote == '\0' && c is '\'' or '"')
                {
                    quote = c;
                }
                else if (c == quote)
                {
                    quote = '\0';
                }
                else
                {
                    word.Append(c);
                }
            }
            // "--" alone ends the flags.
            if (word is { Length: 2 })
                return i;
            flags.Add(new SyntaxWord(word.ToString(), line.Range(from, i - from)));
        }
    }

    private static bool IsBlank(char c) => c is ' ' or '\t' or '\v' or '\f' or '\r';
}
