using Buildx.Bake.Hcl.Syntax;
using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl.Expressions;

/// <summary>An operator between two operands.</summary>
/// <param name="Precedence">Higher binds more tightly.</param>
/// <param name="OperandType">What operands are converted to; any type for comparisons of equality.</param>
internal sealed record BinaryOperator(string Symbol, int Precedence, HclType OperandType, HclType ResultType, Func<Value, Value, Value?> Apply)
{
    public static BinaryOperator Or { get; } = new("||", 0, HclType.Bool, HclType.Bool, (left, right) => Value.Bool(left.AsBool || right.AsBool));

    public static BinaryOperator And { get; } = new("&&", 1, HclType.Bool, HclType.Bool, (left, right) => Value.Bool(left.AsBool && right.AsBool));

    private static readonly BinaryOperator Equal = new("==", 2, HclType.Dynamic, HclType.Bool, (left, right) => left.IsSameAs(right));

    private static readonly BinaryOperator NotEqual = new("!=", 2, HclType.Dynamic, HclType.Bool, (left, right) =>
        left.IsSameAs(right) is { IsKnown: true } same ? Value.Bool(!same.AsBool) : Value.Unknown(HclType.Bool));

    private static readonly BinaryOperator Greater = Comparison(">", order => order > 0);
    private static readonly BinaryOperator GreaterOrEqual = Comparison(">=", order => order >= 0);
    private static readonly BinaryOperator Less = Comparison("<", order => order < 0);
    private static readonly BinaryOperator LessOrEqual = Comparison("<=", order => order <= 0);
    private static readonly BinaryOperator Add = Arithmetic("+", 4, Number.Add);
    private static readonly BinaryOperator Subtract = Arithmetic("-", 4, Number.Subtract);
    private static readonly BinaryOperator Multiply = Arithmetic("*", 5, Number.Multiply);
    private static readonly BinaryOperator Divide = Arithmetic("/", 5, Number.Divide);
    private static readonly BinaryOperator Modulo = Arithmetic("%", 5, Number.Modulo);

    public bool IsLogical => ReferenceEquals(this, Or) || ReferenceEquals(this, And);

    public static BinaryOperator? Find(TokenKind kind) => kind switch
    {
        TokenKind.Or => Or,
        TokenKind.And => And,
        TokenKind.Equal => Equal,
        TokenKind.NotEqual => NotEqual,
        TokenKind.Greater => Greater,
        TokenKind.GreaterOrEqual => GreaterOrEqual,
        TokenKind.Less => Less,
        TokenKind.LessOrEqual => LessOrEqual,
        TokenKind.Plus => Add,
        TokenKind.Minus => Subtract,
        TokenKind.Star => Multiply,
        TokenKind.Slash => Divide,
        TokenKind.Percent => Modulo,
        _ => null,
    };

    private static BinaryOperator Comparison(string symbol, Func<int, bool> isTrue) =>
        new(symbol, 3, HclType.Number, HclType.Bool, (left, right) => Value.Bool(isTrue(left.AsNumber.CompareTo(right.AsNumber))));

    private static BinaryOperator Arithmetic(string symbol, int precedence, Func<Number, Number, Number?> compute) =>
        new(symbol, precedence, HclType.Number, HclType.Number, (left, right) => compute(left.AsNumber, right.AsNumber) is { } result ? Value.Number(result) : null);
}
