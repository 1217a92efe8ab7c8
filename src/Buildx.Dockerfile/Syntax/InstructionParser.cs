using System.Text;

namespace Buildx.Dockerfile;

/// <summary>Takes one instruction apart: keyword, flags and arguments, by the rules of each keyword.</summary>
internal sealed class InstructionParser(LogicalLine line, char escape, List<Diagnostic> diagnostics)
{
    /// <summary>One would do, since none may follow another; a few more let an error show what is meant.</summary>
    private const int MaximumTriggerDepth = 4;

    private readonly string _text = line.Text;

    /// <summary>What stands behind keyword and flags.</summary>
    private readonly record struct Parts(IReadOnlyList<SyntaxWord> Arguments, IReadOnlyList<SyntaxPair> Pairs, InstructionSyntax? Inner, bool IsJson)
    {
        public Parts(IReadOnlyList<SyntaxWord> arguments, bool isJson = false) : this(arguments, [], null, isJson)
        {
        }
    }

    /// <summary>A piece of the line: its text, and where it was before a stray escape character was dropped from it.</summary>
    private readonly record struct Piece(string Text, int Start, int End);

    public InstructionSyntax Parse() => Parse(0, 0);

    private InstructionSyntax Parse(int start, int depth)
    {
        var end = _text.Length;
        while (end > start && char.IsWhiteSpace(_text[end - 1]))
            end--;
        while (start < end && char.IsWhiteSpace(_text[start]))
            start++;
        var keywordEnd = start;
        while (keywordEnd < end && !IsBlank(_text[keywordEnd]))
            keywordEnd++;
        var keyword = Word(start, keywordEnd);
        var arguments = ReadFlags(keywordEnd, end, out var flags);
        while (arguments < end && char.IsWhiteSpace(_text[arguments]))
            arguments++;
        var parts = ReadArguments(keyword.Text.ToUpperInvariant(), arguments, end, depth);
        return new InstructionSyntax
        {
            Keyword = keyword,
            Text = start == 0 ? _text : _text[start..],
            Flags = flags,
            Arguments = parts.Arguments,
            Pairs = parts.Pairs,
            IsJson = parts.IsJson,
            Inner = parts.Inner,
            Range = line.Range(start, Math.Max(end - start, 0)),
            LineBreaks = depth == 0 ? line.Breaks(start, end) : [],
        };
    }

    /// <param name="keyword">In capital letters.</param>
    private Parts ReadArguments(string keyword, int start, int end, int depth)
    {
        switch (keyword)
        {
            case "ADD" or "COPY" or "VOLUME":
                return ReadJson(keyword, start, end) ?? new Parts(SplitOnBlanks(start, end));
            case "RUN" or "CMD" or "ENTRYPOINT" or "SHELL":
                return ReadJson(keyword, start, end) ?? new Parts(Whole(start, end));
            case "FROM" or "EXPOSE":
                return new Parts(SplitOnBlanks(start, end));
            case "MAINTAINER" or "STOPSIGNAL" or "USER" or "WORKDIR":
                return new Parts(Whole(start, end));
            case "ARG":
                return new Parts(SplitWords(start, end).ConvertAll(piece => new SyntaxWord(piece.Text, Range(piece.Start, piece.End))));
            case "ENV" or "LABEL":
                return new Parts([], ReadPairs(keyword, start, end), null, false);
            case "HEALTHCHECK":
                return ReadHealthCheck(keyword, start, end);
            case "ONBUILD" when start < end && depth < MaximumTriggerDepth:
                return new Parts([], [], Parse(start, depth + 1), false);
            default:
                return new Parts([]);
        }
    }

    private Parts? ReadJson(string keyword, int start, int end)
    {
        if (start == end || _text[start] != '[' || !JsonArguments.TryParse(_text[start..end], out var elements, out var notStrings))
            return null;
        if (notStrings)
        {
            diagnostics.Add(Diagnostic.Error(
                $"the JSON list of {keyword} must hold strings only; put every element into double quotes", Range(start, end)));
            return new Parts([], isJson: true);
        }
        return new Parts(elements.ConvertAll(element => new SyntaxWord(element.Value, line.Range(start + element.Start, element.Length))), isJson: true);
    }

    private Parts ReadHealthCheck(string keyword, int start, int end)
    {
        var typeEnd = start;
        while (typeEnd < end && !char.IsWhiteSpace(_text[typeEnd]))
            typeEnd++;
        if (typeEnd == start)
            return new Parts([]);
        var command = typeEnd;
        while (command < end && char.IsWhiteSpace(_text[command]))
            command++;
        var read = ReadJson(keyword, command, end) ?? new Parts(Whole(command, end));
        return read with { Arguments = [Word(start, typeEnd), .. read.Arguments] };
    }

    private List<SyntaxPair> ReadPairs(string keyword, int start, int end)
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
                    $"{keyword} {words[0].Text} has no value; write {keyword} {words[0].Text}=value", Range(words[0].Start, words[0].End)));
                return [];
            }
            var value = nameEnd;
            while (value < end && IsBlank(_text[value]))
                value++;
            return [new SyntaxPair(Word(start, nameEnd), Word(value, end), true, Range(start, end))];
        }
        var pairs = new List<SyntaxPair>(words.Count);
        foreach (var word in words)
        {
            var equals = word.Text.IndexOf('=');
            if (equals < 0)
            {
                diagnostics.Add(Diagnostic.Error(
                    $"\"{word.Text}\" has no \"=\": {keyword} wants name=value, with quotes around a value that has blanks",
                    Range(word.Start, word.End)));
                continue;
            }
            pairs.Add(new SyntaxPair(
                Word(word.Start, word.Start + equals),
                new SyntaxWord(word.Text[(equals + 1)..], Range(word.Start + equals + 1, word.End)),
                false,
                Range(word.Start, word.End)));
        }
        return pairs;
    }

    private SyntaxWord Word(int start, int end) => new(_text[start..end], Range(start, end));

    private TextRange Range(int start, int end) => line.Range(start, end - start);

    private SyntaxWord[] Whole(int start, int end) => start == end ? [] : [Word(start, end)];

    private List<SyntaxWord> SplitOnBlanks(int start, int end)
    {
        var words = new List<SyntaxWord>();
        for (var i = start; i < end;)
        {
            while (i < end && IsBlank(_text[i]))
                i++;
            var from = i;
            while (i < end && !IsBlank(_text[i]))
                i++;
            if (i > from)
                words.Add(Word(from, i));
        }
        return words;
    }

    /// <summary>Words as a shell sees them, with their quotes and escapes still in place.</summary>
    private List<Piece> SplitWords(int start, int end)
    {
        var words = new List<Piece>();
        for (var i = start; i < end;)
        {
            if (char.IsWhiteSpace(_text[i]))
            {
                i++;
                continue;
            }
            var from = i;
            var quote = '\0';
            var textEnd = -1;
            for (; i < end; i++)
            {
                var c = _text[i];
                if (quote == '\0' && char.IsWhiteSpace(c))
                    break;
                if (c == escape && quote != '\'')
                {
                    // At the end of the line an escape character escapes nothing.
                    if (i + 1 == end)
                        textEnd = i;
                    else
                        i++;
                    continue;
                }
                if (quote == '\0' && c is '\'' or '"')
                    quote = c;
                else if (c == quote)
                    quote = '\0';
            }
            var word = _text[from..(textEnd < 0 ? i : textEnd)];
            if (word.Length > 0)
                words.Add(new Piece(word, from, i));
        }
        return words;
    }

    /// <summary>Reads <c>--name=value</c> words, whose quotes and escapes are resolved here.</summary>
    /// <returns>Where the arguments start.</returns>
    private int ReadFlags(int start, int end, out IReadOnlyList<SyntaxFlag> flags)
    {
        flags = [];
        List<SyntaxFlag>? found = null;
        StringBuilder? word = null;
        for (var i = start; ;)
        {
            while (i < end && char.IsWhiteSpace(_text[i]))
                i++;
            if (i + 1 >= end || _text[i] != '-' || _text[i + 1] != '-')
                return i;
            var from = i;
            var quote = '\0';
            var valueStart = -1;
            var nameLength = -1;
            word = word?.Clear() ?? new StringBuilder();
            for (; i < end; i++)
            {
                var c = _text[i];
                if (quote == '\0' && char.IsWhiteSpace(c))
                    break;
                if (c == escape)
                {
                    if (i + 1 == end)
                        continue;
                    c = _text[++i];
                }
                else if (quote == '\0' && c is '\'' or '"')
                {
                    quote = c;
                    continue;
                }
                else if (c == quote)
                {
                    quote = '\0';
                    continue;
                }
                if (c == '=' && nameLength < 0)
                    (nameLength, valueStart) = (word.Length, i + 1);
                word.Append(c);
            }
            // "--" alone ends the flags.
            if (word is { Length: 2 })
                return i;
            flags = found ??= [];
            found.Add(nameLength < 0
                ? new SyntaxFlag(word.ToString(2, word.Length - 2), null, Range(from, i), null)
                : new SyntaxFlag(word.ToString(2, nameLength - 2), word.ToString(nameLength + 1, word.Length - nameLength - 1), Range(from, i), Range(valueStart, i)));
        }
    }

    private static bool IsBlank(char c) => c is ' ' or '\t' or '\v' or '\f' or '\r';
}
