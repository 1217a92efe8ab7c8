using System.Text;
using System.Text.Json;
using Buildx.Bake.Hcl;
using Buildx.Bake.Hcl.Functions;
using Buildx.Bake.Hcl.Values;

namespace Buildx.Fuzz.Targets;

/// <summary>What all targets of HCL share.</summary>
internal static class HclChecks
{
    private static readonly BodySchema Schema = new(
        [new AttributeSchema("a"), new AttributeSchema("required", true)],
        [new BlockSchema("target", "name"), new BlockSchema("group", "name"), new BlockSchema("variable", "name"), new BlockSchema("function", "name")]);

    private static readonly EvaluationScope Scope = CreateScope();

    public static IReadOnlyList<string> Words { get; } =
    [
        "target", "\"", "{", "}", "[", "]", "(", ")", "${", "%{", "~}", "$${", "<<EOT\n", "<<-EOT\n", "\nEOT\n", "for x in ", " : ", " => ", "...", "if ", "else", "endif", "endfor",
        "null", "true", "a", "b", "1", "0.5", "1e9", "-", "!", "==", "&&", "||", "?", "[*]", ".*", "::", "\\u00e9", "\\n", "# c\n", "/* c */", ",", "=", "\n", "format(\"%d %s\", ",
        "regex(\"(a|b)*\", ", "range(", "setproduct(", "jsondecode(", "convert(", "list(string)", "try(", "substr(", "e\u0301", "😀", "\r\n", "\uFEFF", "\0",
    ];

    public static void Check(string input, HclFile file)
    {
        var diagnostics = new DiagnosticBag();
        diagnostics.AddRange(file.Diagnostics);
        Evaluate(file.Body, diagnostics, 0);
        CheckPlaces(input, diagnostics);
    }

    public static void Evaluate(Expression expression, DiagnosticBag diagnostics)
    {
        _ = expression.Variables();
        _ = expression.Functions();
        _ = TypeExpression.Read(expression, []);
        var value = expression.Evaluate(Scope, diagnostics);
        if (!value.IsWhollyKnown || value.ToString().Contains("Inf", StringComparison.Ordinal))
            return;
        // What is written as JSON is read as the same again, unless it is nested too deeply to be read.
        var written = ValueJson.Write(value);
        if (Depth(written) <= ValueJson.MaximumDepth && (ValueJson.Read(written).Value is not { } read || ValueJson.Write(read) != written))
            throw new BrokenPromiseException($"a value is not the same after JSON \"{written}\"");
    }

    public static void CheckPlaces(string input, IReadOnlyList<Diagnostic> diagnostics)
    {
        var lines = input.Count(c => c == '\n') + 1;
        foreach (var diagnostic in diagnostics)
        {
            var start = diagnostic.Ranges[0].Start;
            if (start.Line < 1 || start.Column < 1 || diagnostic.Ranges[0].End < start)
                throw new BrokenPromiseException($"a place is none \"{diagnostic}\"");
            if (start.Line > lines && !input.Contains("\\n", StringComparison.Ordinal) && !input.Contains("\\u", StringComparison.Ordinal))
                throw new BrokenPromiseException($"a place is behind the end \"{diagnostic}\"");
        }
        _ = DiagnosticPrinter.Print(diagnostics);
    }

    private static int Depth(string json)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json), new JsonReaderOptions { MaxDepth = int.MaxValue });
        var deepest = 0;
        while (reader.Read())
            deepest = Math.Max(deepest, reader.CurrentDepth + (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject ? 1 : 0));
        return deepest;
    }

    private static void Evaluate(Body body, DiagnosticBag diagnostics, int depth)
    {
        foreach (var attribute in body.ReadAttributes(diagnostics))
            Evaluate(attribute.Expression, diagnostics);
        var content = body.Read(Schema, diagnostics);
        _ = body.ReadPartly(Schema, []).Rest.ReadAttributes([]);
        foreach (var block in content.Blocks.Where(_ => depth < 3))
            Evaluate(block.Body, diagnostics, depth + 1);
    }

    private static EvaluationScope CreateScope()
    {
        var scope = new EvaluationScope();
        // One function is slow on purpose.
        foreach (var function in StandardLibrary.Functions.Where(function => function.Name != "bcrypt"))
            scope.Set(function);
        scope.Set("a", Value.String("text"));
        scope.Set("b", Value.Tuple([Value.Number(1), Value.Object([new("c", Value.DynamicNull)])]));
        return scope;
    }
}
