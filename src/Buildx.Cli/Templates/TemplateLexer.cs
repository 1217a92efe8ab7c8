using System.Text;

namespace Buildx.Cli.Templates;

/// <summary>Takes a template apart, by the rules of Go's text/template.</summary>
internal static class TemplateLexer
{
    public static List<TemplateToken> Read(string template)
    {
        var tokens = new List<TemplateToken>();
        var position = 0;
        var trims = false;
        while (position < template.Length)
        {
            var open = template.IndexOf("{{", position, StringComparison.Ordinal);
            var text = template[position..(open < 0 ? template.Length : open)];
            if (trims)
                text = text.TrimStart();
            if (open < 0)
            {
                AddText(text, position);
                break;
            }
            var start = open + 2;
            if (start + 1 < template.Length && template[start] == '-' && char.IsWhiteSpace(template[start + 1]))
            {
                text = text.TrimEnd();
                start += 2;
            }
            AddText(text, position);
            tokens.Add(new TemplateToken(TokenKind.Open, "{{", open, false));
            (position, trims) = ReadAction(template, start, tokens);
        }
        tokens.Add(new TemplateToken(TokenKind.End, "", template.Length, false));
        return tokens;

        void AddText(string text, int offset)
        {
            if (text.Length > 0)
                tokens.Add(new TemplateToken(TokenKind.Text, text, offset, false));
        }
    }

    /// <returns>Where the text behind it begins, and whether its blanks are trimmed.</returns>
    private static (int Position, bool Trims) ReadAction(string template, int position, List<TemplateToken> tokens)
    {
        var open = position - 2;
        var afterBlank = false;
        while (position < template.Length)
        {
            var c = template[position];
            if (char.IsWhiteSpace(c))
            {
                afterBlank = true;
                position++;
                continue;
            }
            if (Starts("}}") || (c == '-' && afterBlank && Starts("-}}")))
            {
                tokens.Add(new TemplateToken(TokenKind.Close, "}}", position, afterBlank));
                return c == '-' ? (position + 3, true) : (position + 2, false);
            }
            if (Starts("/*"))
            {
                var end = template.IndexOf("*/", position, StringComparison.Ordinal);
                if (end < 0)
                    throw new TemplateException($"character {position + 1}: this comment has no end (*/)");
                position = end + 2;
                continue;
            }
            var start = position;
            var token = ReadToken(template, ref position);
            tokens.Add(token with { Offset = start, FollowsBlank = afterBlank });
            afterBlank = false;
        }
        throw new TemplateException($"character {open + 1}: \"{{{{\" has no \"}}}}\"");

        bool Starts(string text) => string.CompareOrdinal(template, position, text, 0, text.Length) == 0;
    }

    private static TemplateToken ReadToken(string template, ref int position)
    {
        var start = position;
        var c = template[position++];
        switch (c)
        {
            case '"':
                return Token(TokenKind.String, ReadQuoted(template, ref position));
            case '`':
                var end = template.IndexOf('`', position);
                if (end < 0)
                    throw new TemplateException($"character {start + 1}: this string has no end (`)");
                position = end + 1;
                return Token(TokenKind.String, template[(start + 1)..end]);
            case '(' or ')' or '|' or ',' or '=':
                return Token(TokenKind.Symbol, c.ToString());
            case ':' when position < template.Length && template[position] == '=':
                position++;
                return Token(TokenKind.Symbol, ":=");
            case '.':
                var field = Name(ref position);
                return field.Length == 0 ? Token(TokenKind.Dot, ".") : Token(TokenKind.Field, field);
            case '$':
                return Token(TokenKind.Variable, "$" + Name(ref position));
            case '-' or '+' or (>= '0' and <= '9'):
                while (position < template.Length && (char.IsAsciiLetterOrDigit(template[position]) || template[position] is '.' or '_'))
                    position++;
                return Token(TokenKind.Number, template[start..position]);
        }
        position = start;
        var name = Name(ref position);
        return name.Length > 0 ? Token(TokenKind.Identifier, name) : throw new TemplateException($"character {start + 1}: \"{c}\" is not expected here");

        string Name(ref int at)
        {
            var from = at;
            while (at < template.Length && (char.IsLetterOrDigit(template[at]) || template[at] == '_'))
                at++;
            return template[from..at];
        }

        TemplateToken Token(TokenKind kind, string text) => new(kind, text, start, false);
    }

    private static string ReadQuoted(string template, ref int position)
    {
        var start = position - 1;
        var text = new StringBuilder();
        while (position < template.Length)
        {
            var c = template[position++];
            if (c == '"')
                return text.ToString();
            if (c != '\\' || position == template.Length)
            {
                text.Append(c);
                continue;
            }
            var escaped = template[position++];
            text.Append(escaped switch { 'n' => '\n', 't' => '\t', 'r' => '\r', _ => escaped });
        }
        throw new TemplateException($"character {start + 1}: this string has no end (\")");
    }
}
