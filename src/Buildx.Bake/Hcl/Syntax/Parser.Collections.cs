using Buildx.Bake.Hcl.Expressions;

namespace Buildx.Bake.Hcl.Syntax;

internal sealed partial class Parser
{
    private Expression ParseTuple()
    {
        var open = Take();
        var outer = SkipNewlines(true);
        Expression result;
        if (IsKeyword(Peek(), "for"))
        {
            result = ParseFor(open, TokenKind.CloseBracket);
        }
        else
        {
            var elements = new List<Expression>();
            while (!_failed && Peek().Kind != TokenKind.CloseBracket)
            {
                elements.Add(ParseExpression());
                if (!_failed && Peek().Kind != TokenKind.CloseBracket && !TryTake(TokenKind.Comma))
                    FailInCollection(open, "element");
            }
            result = new TupleExpression(elements, At(Between(open.Range, Close())));
        }
        SkipNewlines(outer);
        return result;
    }

    private Expression ParseObject()
    {
        var open = Take();
        var outer = SkipNewlines(true);
        if (IsKeyword(Peek(), "for"))
        {
            var result = ParseFor(open, TokenKind.CloseBrace);
            SkipNewlines(outer);
            return result;
        }
        // Here newlines separate.
        SkipNewlines(false);
        var items = new List<ObjectItem>();
        while (!_failed)
        {
            if (TryTake(TokenKind.Newline))
                continue;
            if (Peek().Kind == TokenKind.CloseBrace)
                break;
            items.Add(ParseObjectItem(open));
            if (!_failed && Peek().Kind != TokenKind.CloseBrace && !TryTake(TokenKind.Comma) && !TryTake(TokenKind.Newline))
                FailInCollection(open, "attribute");
        }
        var range = Between(open.Range, Close());
        SkipNewlines(outer);
        return new ObjectExpression(items, At(range));
    }

    private ObjectItem ParseObjectItem(Token open)
    {
        var isParenthesized = Peek().Kind == TokenKind.OpenParenthesis;
        var key = ParseExpression();
        if (!_failed && !TryTake(TokenKind.Assign) && !TryTake(TokenKind.Colon))
        {
            var next = Peek();
            if (next.Kind == TokenKind.EndOfFile)
                Fail(open.Range, "this brace is never closed", "each { needs a }");
            else
                Fail(next.Range, $"an equals sign and a value should follow the name, not {Describe(next)}",
                    next.Kind == TokenKind.Identifier ? "a name with blanks or dots in it is written in quotes" : null);
        }
        var value = _failed ? Invalid(key.Range.Range) : ParseExpression();
        return new ObjectItem(new ObjectKeyExpression(key, isParenthesized), value);
    }

    private void FailInCollection(Token open, string what)
    {
        var next = Peek();
        if (next.Kind == TokenKind.EndOfFile)
            Fail(open.Range, what == "element" ? "this bracket is never closed" : "this brace is never closed");
        else
            Fail(next.Range, $"a comma should stand before the next {what}, or the end of what was opened at {open.Range}, not {Describe(next)}");
    }

    private TextRange Close() => _failed ? Peek().Range : Take().Range;

    private Expression ParseFor(Token open, TokenKind end)
    {
        var isObject = end == TokenKind.CloseBrace;
        Take();
        var (keyName, valueName) = ParseForNames();
        var collection = _failed ? Invalid(open.Range) : ParseExpression();
        if (!_failed && !TryTake(TokenKind.Colon))
            Fail(Peek().Range, $"a colon should follow what is gone through, not {Describe(Peek())}", ForHint(isObject));
        if (_failed)
            return Invalid(Between(open.Range, Peek().Range));
        Expression? key = null;
        var value = ParseExpression();
        if (!_failed && TryTake(TokenKind.Arrow))
        {
            key = value;
            value = ParseExpression();
        }
        Token? grouping = !_failed && Peek().Kind == TokenKind.Ellipsis ? Take() : null;
        Expression? condition = null;
        if (!_failed && IsKeyword(Peek(), "if"))
        {
            Take();
            condition = ParseExpression();
        }
        if (!_failed && Peek().Kind != end)
            Fail(Peek().Range, $"the \"for\" should end here, not go on with {Describe(Peek())}", ForHint(isObject));
        var range = At(Between(open.Range, Close()));
        if (!isObject && key is not null)
            Report(key.Range.Range, "a \"for\" in brackets makes a tuple, which has no keys", "write it in braces to make an object");
        if (!isObject && grouping is { } ellipsis)
            Report(ellipsis.Range, "a \"for\" in brackets makes a tuple, in which nothing can be grouped", "write it in braces to make an object");
        if (isObject && key is null && !_failed)
            Report(value.Range.Range, "a \"for\" in braces makes an object: it needs a key and a value", ForHint(isObject));
        return new ForExpression(new ForNames(keyName, valueName), collection, key, value, condition, grouping is not null, range);
    }

    private (string? Key, string Value) ParseForNames()
    {
        string? key = null;
        var value = ParseForName();
        if (!_failed && TryTake(TokenKind.Comma))
        {
            key = value;
            value = ParseForName();
        }
        if (!_failed && !IsKeyword(Peek(), "in"))
            Fail(Peek().Range, $"\"in\" should follow the names of a \"for\", not {Describe(Peek())}", "it is written: for NAME in COLLECTION");
        if (!_failed)
            Take();
        return (key, value);
    }

    private string ParseForName()
    {
        var name = Peek();
        if (name.Kind != TokenKind.Identifier)
        {
            Fail(name.Range, $"the name of a variable should follow in a \"for\", not {Describe(name)}", "it is written: for NAME in COLLECTION");
            return "";
        }
        return StringOf(Take());
    }

    private static string ForHint(bool isObject) =>
        isObject ? "it is written: {for NAME in COLLECTION : KEY => VALUE}" : "it is written: [for NAME in COLLECTION : VALUE]";

    // A mistake behind which nothing needs to be skipped.
    private void Report(TextRange range, string message, string? hint) => _diagnostics.Error(At(range), message, hint);

    private Expression ParseCall(Token first)
    {
        var name = StringOf(first);
        var nameRange = first.Range;
        while (!_failed && TryTake(TokenKind.DoubleColon))
        {
            var part = Peek();
            if (part.Kind != TokenKind.Identifier)
            {
                Fail(part.Range, $"the name of a function should follow ::, not {Describe(part)}");
                return Invalid(Between(first.Range, part.Range));
            }
            Take();
            name = $"{name}::{TextOf(part)}";
            nameRange = Between(nameRange, part.Range);
        }
        var open = Peek();
        if (!TryTake(TokenKind.OpenParenthesis))
        {
            Fail(open.Range, $"an opening parenthesis should follow the name of a function, not {Describe(open)}");
            return Invalid(Between(first.Range, open.Range));
        }
        var outer = SkipNewlines(true);
        var arguments = new List<Expression>();
        var expandsLast = false;
        while (!_failed && Peek().Kind != TokenKind.CloseParenthesis)
        {
            arguments.Add(ParseExpression());
            if (_failed)
                break;
            var next = Peek();
            if (TryTake(TokenKind.Ellipsis))
            {
                expandsLast = true;
                if (Peek().Kind != TokenKind.CloseParenthesis)
                    Fail(next.Range, "behind ... only the closing parenthesis can follow", "only the last argument can be expanded");
                break;
            }
            if (next.Kind == TokenKind.EndOfFile)
                Fail(Between(first.Range, open.Range), "this call is never closed", "each ( needs a )");
            else if (next.Kind != TokenKind.CloseParenthesis && !TryTake(TokenKind.Comma))
                Fail(next.Range, $"a comma should stand before the next argument, or a closing parenthesis, not {Describe(next)}");
        }
        var close = Close();
        SkipNewlines(outer);
        return new CallExpression(name, arguments, expandsLast, new CallRanges(At(nameRange), At(open.Range), At(close)));
    }
}
