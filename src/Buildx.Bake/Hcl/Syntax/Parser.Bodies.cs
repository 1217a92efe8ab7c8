using Buildx.Bake.Hcl.Expressions;

namespace Buildx.Bake.Hcl.Syntax;

internal sealed partial class Parser
{
    private NativeBody ParseBody(TokenKind end, TextRange opening)
    {
        var attributes = new List<HclAttribute>();
        var blocks = new List<HclBlock>();
        var names = new Dictionary<string, HclAttribute>(StringComparer.Ordinal);
        var start = end == TokenKind.EndOfFile ? Peek().Range : opening;
        while (true)
        {
            var next = Peek();
            if (next.Kind == end)
            {
                Take();
                break;
            }
            if (next.Kind == TokenKind.Newline)
            {
                Take();
                continue;
            }
            if (next.Kind == TokenKind.EndOfFile)
            {
                Fail(opening, "this brace is never closed", "each { needs a }");
                break;
            }
            ParseItem(attributes, blocks, names);
        }
        return new NativeBody(At(Between(start, PreviousRange)), attributes, blocks);
    }

    private void ParseItem(List<HclAttribute> attributes, List<HclBlock> blocks, Dictionary<string, HclAttribute> names)
    {
        var first = _index;
        var name = Take();
        var next = Peek();
        switch (name.Kind, next.Kind)
        {
            case (TokenKind.Identifier, TokenKind.Assign):
                AddAttribute(ParseAttribute(name), attributes, names);
                break;
            case (TokenKind.Identifier, TokenKind.OpenBrace or TokenKind.OpenQuote or TokenKind.Identifier):
                if (ParseBlock(name) is { } block)
                    blocks.Add(block);
                break;
            case (TokenKind.Identifier, TokenKind.Colon):
                Fail(next.Range, "an attribute is set with an equals sign", $"write {TextOf(name)} = …");
                break;
            case (TokenKind.Identifier, _):
                Fail(name.Range, $"an attribute or a block should stand here, not {Describe(name)} alone", $"an attribute is written {TextOf(name)} = …, a block {TextOf(name)} {{ … }}");
                break;
            case (TokenKind.OpenQuote, _):
                Fail(name.Range, "names of attributes and blocks are written without quotes");
                break;
            case (TokenKind.CloseBrace, _):
                Fail(name.Range, "there is no open brace that this one could close");
                break;
            default:
                Fail(name.Range, $"an attribute or a block should begin here, not {Describe(name)}");
                break;
        }
        if (_failed)
            Recover(first);
    }

    private void AddAttribute(HclAttribute attribute, List<HclAttribute> attributes, Dictionary<string, HclAttribute> names)
    {
        if (names.TryAdd(attribute.Name, attribute))
        {
            attributes.Add(attribute);
            return;
        }
        _diagnostics.Add(Diagnostic.Error($"attribute \"{attribute.Name}\" was set already, at {names[attribute.Name].NameRange}", attribute.NameRange.Range, names[attribute.Name].NameRange.Range) with
        {
            Source = _source,
            Hint = "each attribute is set once",
        });
    }

    private HclAttribute ParseAttribute(Token name, bool isOneLine = false)
    {
        Take();
        var expression = ParseExpression();
        var range = Between(name.Range, PreviousRange);
        var end = Peek();
        if (!_failed && !isOneLine && end.Kind is not (TokenKind.Newline or TokenKind.EndOfFile))
        {
            Fail(end.Range, $"the attribute should end here, not go on with {Describe(end)}",
                end.Kind == TokenKind.Comma ? "attributes stand on lines of their own, without commas" : "each attribute stands on a line of its own");
        }
        return new HclAttribute(StringOf(name), At(name.Range), expression, At(range));
    }

    private HclBlock? ParseBlock(Token type)
    {
        var labels = new List<string>();
        var labelRanges = new List<SourceRange>();
        while (Peek().Kind != TokenKind.OpenBrace)
        {
            var label = Peek();
            switch (label.Kind)
            {
                case TokenKind.OpenQuote:
                    labels.Add(ParseQuotedText());
                    break;
                case TokenKind.Identifier:
                    labels.Add(StringOf(Take()));
                    break;
                case TokenKind.Assign:
                    Fail(label.Range, "a block is written without an equals sign", $"write {TextOf(type)} \"…\" {{ … }}");
                    return null;
                case TokenKind.Newline:
                    Fail(label.Range, "the block's opening brace must stand on the same line", $"write {TextOf(type)} … {{");
                    return null;
                default:
                    Fail(label.Range, $"a label in quotes or an opening brace should stand here, not {Describe(label)}");
                    return null;
            }
            labelRanges.Add(At(Between(label.Range, PreviousRange)));
            if (_failed)
                return null;
        }
        var definition = At(Between(type.Range, PreviousRange));
        var brace = Take();
        if (_nesting++ >= MaximumNesting)
            Fail(brace.Range, $"blocks cannot be nested more than {MaximumNesting} deep");
        var body = _failed ? new NativeBody(At(brace.Range), [], [])
            : Peek().Kind is TokenKind.Newline or TokenKind.EndOfFile or TokenKind.CloseBrace ? ParseBody(TokenKind.CloseBrace, brace.Range) : ParseOneLineBody(brace.Range);
        _nesting--;
        var end = Peek();
        if (!_failed && end.Kind is not (TokenKind.Newline or TokenKind.EndOfFile))
            Fail(end.Range, $"the line should end behind the block, not go on with {Describe(end)}", "each block ends its line");
        return new HclBlock(StringOf(type), labels, body, At(type.Range), labelRanges, definition);
    }

    /// <summary>A block on one line has one attribute at most.</summary>
    private NativeBody ParseOneLineBody(TextRange brace)
    {
        var name = Take();
        var attributes = new List<HclAttribute>();
        if (name.Kind == TokenKind.Identifier && Peek().Kind == TokenKind.Assign)
            attributes.Add(ParseAttribute(name, isOneLine: true));
        else
            Fail(Between(name.Range, Peek().Range), "a block on one line can hold only one attribute", "begin a new line behind the opening brace");
        var end = Peek();
        if (_failed || TryTake(TokenKind.CloseBrace))
            return new NativeBody(At(Between(brace, PreviousRange)), attributes, []);
        if (end.Kind == TokenKind.EndOfFile)
            Fail(brace, "this brace is never closed", "each { needs a }");
        else
            Fail(end.Range, end.Kind == TokenKind.Comma
                ? "a block on one line can hold only one attribute"
                : $"the block should be closed on this line, not go on with {Describe(end)}", "begin a new line behind the opening brace to set several attributes");
        return new NativeBody(At(Between(brace, PreviousRange)), attributes, []);
    }

    /// <summary>
    /// Goes on behind a broken item: after the line on which all its brackets are closed, or earlier where a line looks like the
    /// next item because it begins in the same column.
    /// </summary>
    private void Recover(int first)
    {
        _failed = false;
        _skipsNewlines = false;
        var column = _tokens[first].Range.Start.Column;
        var reached = _index;
        var depth = 0;
        _index = first;
        while (_tokens[_index].Kind != TokenKind.EndOfFile)
        {
            var token = _tokens[_index];
            if (_index > first && _index >= reached && _tokens[_index - 1].Kind == TokenKind.Newline)
            {
                var isOutside = token.Kind == TokenKind.CloseBrace && token.Range.Start.Column < column;
                if (isOutside || (token.Range.Start.Column == column && LooksLikeItem(_index)))
                    return;
            }
            switch (token.Kind)
            {
                case TokenKind.OpenBrace or TokenKind.OpenBracket or TokenKind.OpenParenthesis or TokenKind.OpenQuote or TokenKind.OpenHeredoc
                    or TokenKind.OpenInterpolation or TokenKind.OpenDirective:
                    depth++;
                    break;
                case TokenKind.CloseBrace or TokenKind.CloseBracket or TokenKind.CloseParenthesis or TokenKind.CloseQuote or TokenKind.CloseHeredoc or TokenKind.CloseSequence:
                    depth = Math.Max(0, depth - 1);
                    break;
                case TokenKind.Newline when depth == 0 && _index >= reached - 1:
                    return;
            }
            _index++;
        }
    }

    private bool LooksLikeItem(int index) =>
        _tokens[index].Kind == TokenKind.Identifier && _tokens[index + 1].Kind is TokenKind.Assign or TokenKind.OpenBrace or TokenKind.OpenQuote;
}
