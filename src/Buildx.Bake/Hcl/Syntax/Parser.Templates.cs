using System.Globalization;
using System.Text;
using Buildx.Bake.Hcl.Expressions;

namespace Buildx.Bake.Hcl.Syntax;

internal sealed partial class Parser
{
    private static readonly string[] Directives = ["if", "else", "endif", "for", "endfor"];

    /// <summary>A template whose opening token was taken.</summary>
    private Expression ParseTemplateUpTo(TokenKind end, TextRange open, bool isIndented)
    {
        var outer = SkipNewlines(false);
        var parts = ReadParts(end, open);
        SkipNewlines(outer);
        var range = At(Between(open, PreviousRange));
        if (isIndented)
            RemoveIndentation(parts);
        // An interpolation alone is the value itself, whatever its type.
        if (parts is [{ Kind: TemplatePartKind.Interpolation, Expression: { } only }, _])
            return new TemplateWrapExpression(only, range);
        Merge(parts);
        var index = 0;
        var expressions = ArrangeParts(parts, ref index, opening: null);
        if (index < parts.Count - 1 && !_failed)
            Fail(parts[index].Range, $"there is no directive that this {NameOf(parts[index].Kind)} belongs to");
        return new TemplateExpression(expressions, range);
    }

    private List<TemplatePart> ReadParts(TokenKind end, TextRange open)
    {
        var parts = new List<TemplatePart>();
        var trimsNext = false;
        var start = Peek().Range;
        while (!_failed)
        {
            var token = Take();
            if (token.Kind == end)
                break;
            var trimsThis = trimsNext;
            trimsNext = false;
            switch (token.Kind)
            {
                case TokenKind.QuotedLiteral or TokenKind.Literal:
                    var text = token.Kind == TokenKind.Literal ? UnescapeSequences(StringOf(token)) : Unescape(token);
                    parts.Add(new TemplatePart(TemplatePartKind.Literal, token.Range) { Text = trimsThis ? text.TrimStart() : text });
                    break;
                case TokenKind.OpenInterpolation or TokenKind.OpenDirective:
                    // Only a literal directly before is trimmed.
                    if (token.Length == 3 && parts is [.., { Kind: TemplatePartKind.Literal } before])
                        before.Text = before.Text.TrimEnd();
                    SkipNewlines(true);
                    if (token.Kind == TokenKind.OpenInterpolation)
                        ReadInterpolation(token, start, parts);
                    else
                        ReadDirective(token, parts);
                    trimsNext = !_failed && Take().Length == 2;
                    SkipNewlines(false);
                    break;
                default:
                    Fail(token.Range, $"the {(end == TokenKind.CloseHeredoc ? "here-document" : "string")} that begins at {open} is never closed",
                        end == TokenKind.CloseHeredoc ? "it ends with a line that holds nothing but its marker, and a newline" : "close it with \"");
                    break;
            }
        }
        parts.Add(new TemplatePart(TemplatePartKind.End, PreviousRange));
        return parts;
    }

    private void ReadInterpolation(Token token, TextRange start, List<TemplatePart> parts)
    {
        var expression = ParseExpression();
        var close = Peek();
        if (!_failed && close.Kind != TokenKind.CloseSequence)
        {
            if (close.Kind is TokenKind.EndOfFile or TokenKind.CloseQuote or TokenKind.OpenQuote)
                Fail(start, "an interpolation in this template is never closed", "each ${ needs a }");
            else
                Fail(close.Range, $"the interpolation should end here, not go on with {Describe(close)}", "a ${ that is meant literally is written $${");
        }
        parts.Add(new TemplatePart(TemplatePartKind.Interpolation, Between(token.Range, close.Range)) { Expression = expression });
    }

    private void ReadDirective(Token token, List<TemplatePart> parts)
    {
        var keyword = Peek();
        if (keyword.Kind != TokenKind.Identifier)
        {
            Fail(keyword.Range, $"the name of a directive should follow %{{, not {Describe(keyword)}", "a %{ that is meant literally is written %%{");
            return;
        }
        Take();
        Expression? expression = null;
        ForNames? names = null;
        TemplatePartKind kind;
        switch (TextOf(keyword))
        {
            case "if":
                kind = TemplatePartKind.If;
                expression = ParseExpression();
                break;
            case "else":
                kind = TemplatePartKind.Else;
                break;
            case "endif":
                kind = TemplatePartKind.EndIf;
                break;
            case "for":
                kind = TemplatePartKind.For;
                var (key, value) = ParseForNames();
                names = new ForNames(key, value);
                expression = _failed ? Invalid(token.Range) : ParseExpression();
                break;
            case "endfor":
                kind = TemplatePartKind.EndFor;
                break;
            default:
                var name = StringOf(keyword);
                Fail(keyword.Range, $"there is no directive \"{name}\"", Suggestion.Find(name, Directives) is { } near ? $"did you mean {near}?" : $"there are {string.Join(", ", Directives)}");
                return;
        }
        var close = Peek();
        if (!_failed && close.Kind != TokenKind.CloseSequence)
            Fail(close.Range, $"the directive should end here, not go on with {Describe(close)}");
        parts.Add(new TemplatePart(kind, Between(token.Range, close.Range)) { Expression = expression, Names = names });
    }

    /// <summary>Puts directives and what stands between them together.</summary>
    /// <param name="opening">The directive whose parts these are, up to one that ends it; null for the whole template.</param>
    private List<Expression> ArrangeParts(List<TemplatePart> parts, ref int index, TemplatePart? opening)
    {
        var expressions = new List<Expression>();
        while (!_failed)
        {
            var part = parts[index];
            switch (part.Kind)
            {
                case TemplatePartKind.Literal:
                    expressions.Add(new LiteralExpression(Values.Value.String(part.Text), At(part.Range)));
                    break;
                case TemplatePartKind.Interpolation:
                    expressions.Add(part.Expression!);
                    break;
                case TemplatePartKind.If or TemplatePartKind.For when _nesting >= MaximumNesting:
                    Fail(part.Range, $"directives cannot be nested more than {MaximumNesting} deep");
                    break;
                case TemplatePartKind.If:
                    expressions.Add(ArrangeIf(parts, ref index));
                    break;
                case TemplatePartKind.For:
                    expressions.Add(ArrangeFor(parts, ref index));
                    break;
                default:
                    if (part.Kind == TemplatePartKind.End && opening is not null)
                        Fail(opening.Range, "this directive is never ended", $"write %{{ {(opening.Kind == TemplatePartKind.For ? "endfor" : "endif")} }} behind what it is for");
                    return expressions;
            }
            // After a mistake the place stays within the parts, whose last is the end.
            if (!_failed)
                index++;
        }
        return expressions;
    }

    private Expression ArrangeIf(List<TemplatePart> parts, ref int index)
    {
        var opening = parts[index++];
        _nesting++;
        var whenTrue = Content(opening, parts, ref index);
        var whenFalse = new TemplateExpression([], At(parts[index].Range));
        if (!_failed && parts[index].Kind == TemplatePartKind.Else)
        {
            index++;
            whenFalse = Content(opening, parts, ref index);
        }
        _nesting--;
        if (!_failed && parts[index].Kind != TemplatePartKind.EndIf)
            Fail(parts[index].Range, $"an endif should stand here, not {NameOf(parts[index].Kind)}", $"it ends the if at {opening.Range}");
        return new ConditionalExpression(opening.Expression!, whenTrue, whenFalse, At(Between(opening.Range, parts[index].Range)));
    }

    private Expression ArrangeFor(List<TemplatePart> parts, ref int index)
    {
        var opening = parts[index++];
        _nesting++;
        var content = Content(opening, parts, ref index);
        _nesting--;
        if (!_failed && parts[index].Kind != TemplatePartKind.EndFor)
            Fail(parts[index].Range, $"an endfor should stand here, not {NameOf(parts[index].Kind)}", $"it ends the for at {opening.Range}");
        var range = At(Between(opening.Range, parts[index].Range));
        return new TemplateJoinExpression(new ForExpression(opening.Names!, opening.Expression!, null, content, null, false, range));
    }

    private TemplateExpression Content(TemplatePart opening, List<TemplatePart> parts, ref int index)
    {
        var start = parts[index].Range;
        var expressions = ArrangeParts(parts, ref index, opening);
        return new TemplateExpression(expressions, At(expressions.Count == 0 ? start : Between(start, expressions[^1].Range.Range)));
    }

    private static string NameOf(TemplatePartKind kind) => kind switch
    {
        TemplatePartKind.Else => "else",
        TemplatePartKind.EndIf => "endif",
        TemplatePartKind.EndFor => "endfor",
        _ => "the end",
    };

    /// <summary>Takes from every line the blanks that all lines of the text begin with.</summary>
    private static void RemoveIndentation(List<TemplatePart> parts)
    {
        var least = int.MaxValue;
        var isLineStart = true;
        var lines = new List<TemplatePart>();
        foreach (var part in parts)
        {
            if (part.Kind == TemplatePartKind.End)
                break;
            if (isLineStart)
            {
                var blanks = part.Kind == TemplatePartKind.Literal ? part.Text.Length - part.Text.TrimStart().Length : 0;
                // A line of blanks alone counts for nothing.
                if (part.Kind != TemplatePartKind.Literal || blanks < part.Text.Length || !part.Text.EndsWith('\n'))
                {
                    least = Math.Min(least, blanks);
                    lines.Add(part);
                }
            }
            isLineStart = part.Kind == TemplatePartKind.Literal && part.Text.EndsWith('\n');
        }
        foreach (var line in lines.Where(line => line.Kind == TemplatePartKind.Literal))
            line.Text = line.Text[Math.Min(least, line.Text.Length)..];
    }

    private static void Merge(List<TemplatePart> parts)
    {
        var merged = new List<TemplatePart>(parts.Count);
        for (var i = 0; i < parts.Count; i++)
        {
            var end = i;
            while (parts[i].Kind == TemplatePartKind.Literal && parts[end + 1].Kind == TemplatePartKind.Literal)
                end++;
            if (end == i)
            {
                merged.Add(parts[i]);
                continue;
            }
            var text = string.Concat(parts.Skip(i).Take(end - i + 1).Select(part => part.Text));
            merged.Add(new TemplatePart(TemplatePartKind.Literal, Between(parts[i].Range, parts[end].Range)) { Text = text });
            i = end;
        }
        parts.Clear();
        parts.AddRange(merged);
    }

    /// <summary>A string in quotes that can be no template, such as a block's label.</summary>
    private string ParseQuotedText()
    {
        var open = Take();
        var text = new StringBuilder();
        while (!_failed)
        {
            var token = Take();
            switch (token.Kind)
            {
                case TokenKind.CloseQuote:
                    return text.ToString();
                case TokenKind.QuotedLiteral:
                    text.Append(Unescape(token));
                    break;
                case TokenKind.OpenInterpolation or TokenKind.OpenDirective:
                    Fail(token.Range, "nothing can be interpolated in this string", $"a {TextOf(token)} that is meant literally is written {TextOf(token)[0]}{TextOf(token)}");
                    break;
                default:
                    Fail(token.Range, $"the string that begins at {open.Range} is never closed", "close it with \"");
                    break;
            }
        }
        return text.ToString();
    }

    private static string UnescapeSequences(string text) =>
        text.Contains('{') ? text.Replace("$${", "${", StringComparison.Ordinal).Replace("%%{", "%{", StringComparison.Ordinal) : text;

    private string Unescape(Token token)
    {
        var raw = TextOf(token);
        if (raw.IndexOfAny('\\', '{') < 0)
            return raw.ToString();
        var text = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length;)
        {
            if (raw[i] is '$' or '%' && raw[i..].Length >= 3 && raw[i + 1] == raw[i] && raw[i + 2] == '{')
            {
                text.Append(raw[i]).Append('{');
                i += 3;
            }
            else if (raw[i] == '\\')
            {
                i += AppendEscape(token, i, raw[i..], text);
            }
            else
            {
                text.Append(raw[i++]);
            }
        }
        return text.ToString();
    }

    /// <returns>How many characters the escape has.</returns>
    private int AppendEscape(Token token, int offset, ReadOnlySpan<char> escape, StringBuilder text)
    {
        switch (escape.Length > 1 ? escape[1] : '\0')
        {
            case 'n':
                text.Append('\n');
                return 2;
            case 'r':
                text.Append('\r');
                return 2;
            case 't':
                text.Append('\t');
                return 2;
            case '"' or '\\':
                text.Append(escape[1]);
                return 2;
            case 'u' or 'U':
                var digits = escape[1] == 'u' ? 4 : 8;
                var given = 0;
                while (given < digits && 2 + given < escape.Length && char.IsAsciiHexDigit(escape[2 + given]))
                    given++;
                var place = EscapeRange(token, offset, 2 + given);
                if (given < digits)
                    Report(place, $"{escape[..2]} needs {digits} hexadecimal digits", null);
                else if (!Rune.TryCreate(uint.Parse(escape.Slice(2, digits), NumberStyles.HexNumber, CultureInfo.InvariantCulture), out var rune))
                    Report(place, $"{escape[..(2 + digits)]} is no Unicode character", null);
                else
                    text.Append(rune);
                return 2 + given;
            default:
                Report(EscapeRange(token, offset, Math.Min(2, escape.Length)), $"there is no escape {escape[..Math.Min(2, escape.Length)]}", @"there are \n, \r, \t, \"", \\, \uNNNN and \UNNNNNNNN");
                return Math.Min(2, escape.Length);
        }
    }

    private static TextRange EscapeRange(Token token, int offset, int length)
    {
        var start = token.Range.Start with { Column = token.Range.Start.Column + offset };
        return new TextRange(start, start with { Column = start.Column + length });
    }
}
