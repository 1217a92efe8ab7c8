using Buildx.Bake.Hcl.Expressions;
using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Syntax;

internal sealed partial class Parser
{
    private Expression ParseExpression()
    {
        if (_nesting >= MaximumNesting)
        {
            Fail(Peek().Range, $"expressions cannot be nested more than {MaximumNesting} deep");
            return Invalid(Peek().Range);
        }
        _nesting++;
        var expression = ParseConditional();
        _nesting--;
        return expression;
    }

    private Expression ParseConditional()
    {
        var condition = ParseBinary(0);
        if (_failed || !TryTake(TokenKind.Question))
            return condition;
        var whenTrue = ParseExpression();
        if (_failed)
            return condition;
        if (!TryTake(TokenKind.Colon))
        {
            Fail(Peek().Range, $"a colon and the value for \"false\" should stand here, not {Describe(Peek())}", "a conditional is written CONDITION ? WHEN_TRUE : WHEN_FALSE");
            return condition;
        }
        var whenFalse = ParseExpression();
        return new ConditionalExpression(condition, whenTrue, whenFalse, condition.Range.To(whenFalse.Range));
    }

    private Expression ParseBinary(int precedence)
    {
        var left = ParseOperand();
        while (!_failed && BinaryOperator.Find(Peek().Kind) is { } found && found.Precedence >= precedence)
        {
            Take();
            var right = ParseBinary(found.Precedence + 1);
            left = new BinaryExpression(found, left, right, left.Range.To(right.Range));
        }
        return left;
    }

    private Expression ParseOperand()
    {
        var first = Peek();
        if (first.Kind is not (TokenKind.Minus or TokenKind.Not))
            return ParseTraversals(ParseTerm());
        Take();
        if (_nesting++ >= MaximumNesting)
            Fail(first.Range, $"expressions cannot be nested more than {MaximumNesting} deep");
        var operand = _failed ? Invalid(first.Range) : ParseOperand();
        _nesting--;
        return new UnaryExpression(first.Kind == TokenKind.Minus, operand, Between(At(first.Range), operand.Range.Range));
    }

    private Expression ParseTerm()
    {
        var first = Peek();
        switch (first.Kind)
        {
            case TokenKind.Number:
                return ParseNumber(Take());
            case TokenKind.Identifier:
                Take();
                if (Peek().Kind is TokenKind.OpenParenthesis or TokenKind.DoubleColon)
                    return ParseCall(first);
                return TextOf(first) switch
                {
                    "true" => new LiteralExpression(Value.True, At(first.Range)),
                    "false" => new LiteralExpression(Value.False, At(first.Range)),
                    "null" => new LiteralExpression(Value.DynamicNull, At(first.Range)),
                    _ => new ReferenceExpression(new Traversal(StringOf(first), At(first.Range), []), At(first.Range)),
                };
            case TokenKind.OpenQuote:
                Take();
                return ParseTemplateUpTo(TokenKind.CloseQuote, first.Range, isIndented: false);
            case TokenKind.OpenHeredoc:
                Take();
                return ParseTemplateUpTo(TokenKind.CloseHeredoc, first.Range, isIndented: _text[first.Start + 2] == '-');
            case TokenKind.OpenParenthesis:
                return ParseParentheses();
            case TokenKind.OpenBracket:
                return ParseTuple();
            case TokenKind.OpenBrace:
                return ParseObject();
            default:
                Fail(first.Range, $"an expression should stand here, not {Describe(first)}");
                return Invalid(first.Range);
        }
    }

    private LiteralExpression ParseNumber(Token token)
    {
        if (Number.TryParse(TextOf(token), out var number))
            return new LiteralExpression(Value.Number(number), At(token.Range));
        Fail(token.Range, $"{TextOf(token)} is no number that can be used");
        return new LiteralExpression(Value.Unknown(HclType.Number), At(token.Range));
    }

    private ParenthesesExpression ParseParentheses()
    {
        var open = Take();
        var outer = SkipNewlines(true);
        var inner = ParseExpression();
        if (!_failed && Peek().Kind != TokenKind.CloseParenthesis)
            Fail(Peek().Range, $"a closing parenthesis should stand here, not {Describe(Peek())}", $"it closes the one at {open.Range}");
        var close = _failed ? Peek() : Take();
        SkipNewlines(outer);
        return new ParenthesesExpression(inner, At(Between(open.Range, close.Range)));
    }

    private Expression ParseTraversals(Expression from)
    {
        var expression = from;
        var steps = new List<TraversalStep>();
        while (!_failed)
        {
            var next = Peek();
            if (next.Kind is not (TokenKind.Dot or TokenKind.OpenBracket))
                break;
            Take();
            var step = next.Kind == TokenKind.Dot ? ParseDot(next, ref expression, from, steps) : ParseIndex(next, ref expression, from, steps);
            if (step is not null)
                steps.Add(step);
        }
        return Follow(expression, steps);
    }

    /// <returns>Null when it was more than a step: <paramref name="expression"/> is then what there is up to here.</returns>
    private TraversalStep? ParseDot(Token dot, ref Expression expression, Expression from, List<TraversalStep> steps)
    {
        var next = Peek();
        switch (next.Kind)
        {
            case TokenKind.Identifier:
                Take();
                return TraversalStep.Attribute(StringOf(next), At(Between(dot.Range, next.Range)));
            case TokenKind.Number:
                return ParseLegacyIndex(dot, "");
            case TokenKind.Star:
                expression = ParseAttributeSplat(Follow(expression, steps), from, dot);
                return null;
            default:
                Fail(next.Range, $"the name of an attribute should follow the dot, not {Describe(next)}");
                return null;
        }
    }

    private TraversalStep? ParseIndex(Token open, ref Expression expression, Expression from, List<TraversalStep> steps)
    {
        if (Peek().Kind == TokenKind.Star)
        {
            expression = ParseFullSplat(Follow(expression, steps), from, open);
            return null;
        }
        var outer = SkipNewlines(true);
        var key = ParseExpression();
        if (!_failed && Peek().Kind != TokenKind.CloseBracket)
            Fail(Peek().Range, $"a closing bracket should end the index here, not {Describe(Peek())}", $"it closes the one at {open.Range}");
        var brackets = At(Between(open.Range, _failed ? Peek().Range : Take().Range));
        SkipNewlines(outer);
        switch (key)
        {
            case LiteralExpression literal:
                return TraversalStep.Index(literal.Value, brackets);
            case TemplateExpression { Text: { } text }:
                return TraversalStep.Index(Value.String(text), brackets);
            default:
                expression = new IndexExpression(Follow(expression, steps), key, brackets, from.Range.To(brackets));
                return null;
        }
    }

    /// <summary>An expression with the steps behind it, which are then done.</summary>
    private static Expression Follow(Expression expression, List<TraversalStep> steps)
    {
        if (steps.Count == 0)
            return expression;
        var range = expression.Range.To(steps[^1].Range);
        TraversalStep[] taken = [.. steps];
        steps.Clear();
        return expression is ReferenceExpression { Traversal: { Steps.Count: 0 } root }
            ? new ReferenceExpression(root with { Steps = taken }, range)
            : new RelativeExpression(expression, taken, range);
    }

    /// <summary><c>a.0</c>, from before there were brackets.</summary>
    private TraversalStep ParseLegacyIndex(Token dot, string splat)
    {
        var token = Take();
        var text = StringOf(token);
        if (text.Contains('.', StringComparison.Ordinal))
            Fail(token.Range, "two indices cannot be written with dots", $"write {splat}[{text.Replace(".", "][", StringComparison.Ordinal)}]");
        return TraversalStep.Index(ParseNumber(token).Value, At(Between(dot.Range, token.Range)));
    }

    private SplatExpression ParseAttributeSplat(Expression expression, Expression from, Token dot)
    {
        var star = Take();
        var marker = At(Between(dot.Range, star.Range));
        var steps = new List<TraversalStep>();
        while (Peek().Kind == TokenKind.Dot)
        {
            var nextDot = Take();
            var next = Peek();
            if (next.Kind == TokenKind.Number)
            {
                steps.Add(ParseLegacyIndex(nextDot, "[*]"));
            }
            else if (next.Kind == TokenKind.Identifier)
            {
                Take();
                steps.Add(TraversalStep.Attribute(StringOf(next), At(Between(nextDot.Range, next.Range))));
            }
            else
            {
                Fail(next.Range, next.Kind == TokenKind.Star
                    ? "a splat cannot stand in another one written with dots"
                    : $"the name of an attribute should follow the dot, not {Describe(next)}", next.Kind == TokenKind.Star ? "write [*]" : null);
                break;
            }
        }
        var item = new SplatItemExpression(marker, star.Start);
        Expression each = steps.Count == 0 ? item : new RelativeExpression(item, steps, marker.To(steps[^1].Range));
        return new SplatExpression(expression, each, item, from.Range.To(each.Range));
    }

    private SplatExpression ParseFullSplat(Expression expression, Expression from, Token open)
    {
        var star = Take();
        if (Peek().Kind != TokenKind.CloseBracket)
            Fail(Peek().Range, "a closing bracket should follow the star");
        var marker = At(Between(open.Range, Take().Range));
        var item = new SplatItemExpression(marker, star.Start);
        if (_nesting++ >= MaximumNesting)
            Fail(star.Range, $"expressions cannot be nested more than {MaximumNesting} deep");
        var each = ParseTraversals(item);
        _nesting--;
        return new SplatExpression(expression, each, item, from.Range.To(each.Range));
    }

    private bool SkipNewlines(bool skip)
    {
        var before = _skipsNewlines;
        _skipsNewlines = skip;
        return before;
    }
}
