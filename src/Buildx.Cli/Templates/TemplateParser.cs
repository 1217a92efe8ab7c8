using System.Globalization;
using System.Text.Json.Nodes;

namespace Buildx.Cli.Templates;

/// <summary>Reads a template into nodes.</summary>
internal sealed class TemplateParser(IReadOnlyList<TemplateToken> tokens)
{
    private int _position;

    private TemplateToken Current => tokens[_position];

    public IReadOnlyList<TemplateNode> Parse()
    {
        var (nodes, ended) = ParseUntil();
        return ended is null ? nodes : throw Unexpected(tokens[_position - 1], $"\"{ended}\" closes nothing");
    }

    /// <returns>The nodes before an <c>end</c> or <c>else</c>, and which it was; null for the template's end.</returns>
    private (List<TemplateNode> Nodes, string? EndedBy) ParseUntil()
    {
        var nodes = new List<TemplateNode>();
        while (true)
        {
            var token = Next();
            switch (token.Kind)
            {
                case TokenKind.End:
                    return (nodes, null);
                case TokenKind.Text:
                    nodes.Add(new TemplateNode.Text(token.Text));
                    continue;
            }
            // An opening.
            if (Current.Kind == TokenKind.Close)
            {
                // A comment.
                _position++;
                continue;
            }
            if (Current.IsKeyword("end"))
            {
                _position++;
                Expect(TokenKind.Close);
                return (nodes, "end");
            }
            if (Current.IsKeyword("else"))
            {
                _position++;
                return (nodes, "else");
            }
            if (Current.IsKeyword("if") || Current.IsKeyword("with"))
                nodes.Add(ParseIf(Next()));
            else if (Current.IsKeyword("range"))
                nodes.Add(ParseRange(Next()));
            else
                nodes.Add(new TemplateNode.Print(ParsePipeline(TokenKind.Close)));
        }
    }

    private TemplateNode.If ParseIf(TemplateToken keyword)
    {
        var condition = ParsePipeline(TokenKind.Close);
        var (then, ended) = ParseUntil();
        IReadOnlyList<TemplateNode> otherwise = [];
        if (ended == "else")
        {
            if (Current.IsKeyword("if") || Current.IsKeyword("with"))
                otherwise = [ParseIf(Next())];
            else
                otherwise = ParseElse(keyword);
        }
        else if (ended is null)
        {
            throw Unexpected(keyword, $"\"{keyword.Text}\" has no {{{{end}}}}");
        }
        return new TemplateNode.If(condition, then, otherwise, keyword.Text == "with");
    }

    private TemplateNode.Range ParseRange(TemplateToken keyword)
    {
        var over = ParsePipeline(TokenKind.Close);
        var (body, ended) = ParseUntil();
        IReadOnlyList<TemplateNode> otherwise = ended == "else" ? ParseElse(keyword) : [];
        return ended is null ? throw Unexpected(keyword, "\"range\" has no {{end}}") : new TemplateNode.Range(over, body, otherwise);
    }

    private List<TemplateNode> ParseElse(TemplateToken keyword)
    {
        Expect(TokenKind.Close);
        var (nodes, ended) = ParseUntil();
        return ended == "end" ? nodes : throw Unexpected(keyword, $"\"{keyword.Text}\" has no {{{{end}}}}");
    }

    private TemplatePipeline ParsePipeline(TokenKind end)
    {
        var variables = new List<string>();
        var declares = false;
        if (Current.Kind == TokenKind.Variable && FindAssignment() is { } assignment)
        {
            declares = tokens[assignment].Text == ":=";
            for (; _position < assignment; _position++)
            {
                if (Current.Kind == TokenKind.Variable)
                    variables.Add(Current.Text);
            }
            _position++;
        }
        var commands = new List<IReadOnlyList<TemplateOperand>> { ParseCommand() };
        while (Current.IsSymbol("|"))
        {
            _position++;
            commands.Add(ParseCommand());
        }
        if (end == TokenKind.Close)
            Expect(TokenKind.Close);
        else if (!Next().IsSymbol(")"))
            throw Unexpected(tokens[_position - 1], "a \")\" is missing before this");
        return new TemplatePipeline(variables, declares, commands);
    }

    /// <summary>Where <c>:=</c> or <c>=</c> stands behind one variable or two.</summary>
    private int? FindAssignment()
    {
        var at = _position + 1;
        if (tokens[at].IsSymbol(",") && tokens[at + 1].Kind == TokenKind.Variable)
            at += 2;
        return tokens[at].IsSymbol(":=") || tokens[at].IsSymbol("=") ? at : null;
    }

    private List<TemplateOperand> ParseCommand()
    {
        var operands = new List<TemplateOperand>();
        while (Current.Kind != TokenKind.Close && !Current.IsSymbol("|") && !Current.IsSymbol(")"))
            operands.Add(ParseOperand());
        return operands.Count > 0 ? operands : throw Unexpected(Current, "a value is missing here");
    }

    private TemplateOperand ParseOperand()
    {
        var token = Next();
        var (kind, name, value, pipeline) = ((OperandKind, string, JsonNode?, TemplatePipeline?))(token.Kind switch
        {
            TokenKind.String => (OperandKind.Literal, "", JsonValue.Create(token.Text), null),
            TokenKind.Number => (OperandKind.Literal, "", ReadNumber(token), null),
            TokenKind.Identifier when token.Text is "true" or "false" => (OperandKind.Literal, "", JsonValue.Create(token.Text == "true"), null),
            TokenKind.Identifier when token.Text == "nil" => (OperandKind.Literal, "", null, null),
            TokenKind.Identifier => (OperandKind.Function, token.Text, null, null),
            TokenKind.Variable => (OperandKind.Variable, token.Text, null, null),
            TokenKind.Dot => (OperandKind.Dot, "", null, null),
            TokenKind.Field => (OperandKind.Dot, "", null, null),
            TokenKind.Symbol when token.Text == "(" => (OperandKind.Pipeline, "", null, ParsePipeline(TokenKind.Symbol)),
            _ => throw Unexpected(token, $"\"{token.Text}\" is not expected here"),
        });
        var fields = new List<string>();
        if (token.Kind == TokenKind.Field)
            fields.Add(token.Text);
        while (Current is { Kind: TokenKind.Field, FollowsBlank: false })
            fields.Add(Next().Text);
        return new TemplateOperand(kind, name, value, pipeline, fields, token.Offset);
    }

    private static JsonValue ReadNumber(TemplateToken token) =>
        long.TryParse(token.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? JsonValue.Create(whole)
        : double.TryParse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number)
        : throw Unexpected(token, $"\"{token.Text}\" is no number");

    private TemplateToken Next() => tokens[_position].Kind == TokenKind.End ? tokens[_position] : tokens[_position++];

    private void Expect(TokenKind kind)
    {
        if (Next().Kind != kind)
            throw Unexpected(tokens[Math.Max(0, _position - 1)], "\"}}\" is missing before this");
    }

    private static TemplateException Unexpected(TemplateToken token, string message) => new($"character {token.Offset + 1}: {message}");
}
