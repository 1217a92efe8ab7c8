using System.Globalization;

namespace Buildx.Bake.Tests.Hcl.Differential;

/// <summary>Makes expressions that are mostly valid, the same ones for the same seed.</summary>
internal sealed class ExpressionGenerator(int seed)
{
    private static readonly string[] Operators = ["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">="];
    private static readonly string[] Texts = ["\"a\"", "\"\"", "\"12\"", "\"true\"", "\"x y\"", "\"0.5\""];
    private readonly Random _random = new(seed);

    public string Next(int depth)
    {
        if (depth == 0)
            return Literal();
        string Inner() => Next(depth - 1);
        return _random.Next(18) switch
        {
            0 or 1 or 2 => $"{Inner()} {Operators[_random.Next(Operators.Length)]} {Inner()}",
            3 => $"({Inner()})",
            4 => $"({Inner()} ? {Inner()} : {Inner()})",
            5 => $"[{Inner()}, {Inner()}]",
            6 => $"{{a = {Inner()}, b = {Inner()}}}",
            7 => $"\"<${{{Inner()}}}>\"",
            8 => $"[for x in {Inner()} : x]",
            9 => $"{{for k, v in {Inner()} : k => v}}",
            10 => $"[{Inner()}, {Inner()}][{_random.Next(2)}]",
            11 => $"{{a = {Inner()}}}.a",
            12 => $"[{Inner()}, {Inner()}][*]",
            13 => $"try({Inner()}, {Inner()})",
            14 => $"!({Inner()})",
            // Buildx 0.29 counts errors of what cannot matter; later ones do not.
            15 => $"(try({Inner()} == {Inner()}, false) {(_random.Next(2) == 0 ? "&&" : "||")} try({Inner()} < {Inner()}, true))",
            _ => Literal(),
        };
    }

    private string Literal() => _random.Next(5) switch
    {
        0 => _random.Next(-20, 20).ToString(CultureInfo.InvariantCulture),
        1 => (_random.Next(1000) / 8.0).ToString(CultureInfo.InvariantCulture),
        2 => Texts[_random.Next(Texts.Length)],
        3 => _random.Next(2) == 0 ? "true" : "false",
        _ => _random.Next(4) == 0 ? "null" : "[1, 2]",
    };
}
