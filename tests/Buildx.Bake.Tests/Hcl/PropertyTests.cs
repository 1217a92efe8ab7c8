using System.Globalization;
using System.Text;
using Buildx.Bake.Hcl;
using Buildx.Bake.Hcl.Values;
using Buildx.Bake.Tests.Hcl.Differential;
using FsCheck;
using FsCheck.Fluent;

namespace Buildx.Bake.Tests.Hcl;

public sealed class PropertyTests
{
    [Fact]
    public void A_value_that_is_written_is_read_as_the_same() => Prop.ForAll(Values.ToArbitrary(), value =>
    {
        Assert.Equal(value, HclText.Value(Write(value)));
        Assert.Equal(value, ValueJson.Read(ValueJson.Write(value)).Value);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_order_in_which_expressions_are_evaluated_does_not_matter()
    {
        var generator = new ExpressionGenerator(11);
        var expressions = Enumerable.Range(0, 300).Select(_ => Expression.Parse(generator.Next(4), "test", [])).ToList();
        var scope = new EvaluationScope();
        var forward = expressions.Select(expression => expression.Evaluate(scope).Value).ToList();
        var backward = expressions.AsEnumerable().Reverse().Select(expression => expression.Evaluate(scope).Value).Reverse().ToList();
        Assert.Equal(forward, backward);
    }

    [Fact]
    public void A_string_is_read_as_it_was_quoted() => Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text =>
    {
        var valid = string.Concat(text.Get.EnumerateRunes());
        Assert.Equal(Value.String(valid), HclText.Value(Quote(valid)));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_text_makes_reading_fail_with_an_exception() => Prop.ForAll(Texts.ToArbitrary(), text =>
    {
        var native = HclFile.Parse(text, "x.hcl");
        foreach (var attribute in native.Body.ReadAttributes(new DiagnosticBag()))
            attribute.Expression.Evaluate(new EvaluationScope());
        HclFile.ParseJson(text, "x.json");
        var diagnostics = new DiagnosticBag();
        Expression.ParseTemplate(text, "x", diagnostics).Evaluate(new EvaluationScope(), diagnostics);
        DiagnosticPrinter.Print(diagnostics.Concat(native.Diagnostics));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Reading_takes_time_in_proportion_to_the_text()
    {
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"target \"t{i}\" {{\n  tags = [\"a:${{{i}}}\", \"b\"]\n  args = {{ x = {i} + 1 }}\n}}\n"));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var file = HclFile.Parse(text, "x.hcl");
        Assert.Empty(file.Diagnostics);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"{text.Length} characters took {clock.Elapsed}");
    }

    private static Gen<Value> Values => Gen.Sized(size => OfDepth(Math.Min(size / 20, 3)));

    private static Gen<string> Texts
    {
        get
        {
            string[] pieces = ["a", " ", "\n", "=", "\"", "{", "}", "[", "]", "(", ")", "${", "%{", "~}", "for", "in", "if", ":", "?", ",", "1", ".", "*", "<<E\n", "\nE\n", "\\", "é", "😀", "/*", "#", "\r", "-", "!", "...", "null"];
            return Gen.Elements(pieces).ListOf().Select(string.Concat);
        }
    }

    private static Gen<Value> OfDepth(int depth)
    {
        var leaf = Gen.OneOf(
            ArbMap.Default.GeneratorFor<bool>().Select(Value.Bool),
            ArbMap.Default.GeneratorFor<int>().Select(number => Value.Number(Number.TryParse((number / 8.0).ToString(CultureInfo.InvariantCulture), out var parsed) ? parsed : default)),
            ArbMap.Default.GeneratorFor<NonNull<string>>().Select(text => Value.String(string.Concat(text.Get.EnumerateRunes()))),
            Gen.Constant(Value.DynamicNull));
        if (depth == 0)
            return leaf;
        return Gen.OneOf(
            leaf,
            OfDepth(depth - 1).ListOf().Select(elements => Value.Tuple(elements)),
            OfDepth(depth - 1).ListOf().Select(elements => Value.Object(elements.Select((element, index) => KeyValuePair.Create($"k{index} \"", element)))));
    }

    private static string Write(Value value)
    {
        if (value.IsNull)
            return "null";
        return value.Type.Kind switch
        {
            TypeKind.String => Quote(value.AsString),
            TypeKind.Tuple => $"[{string.Join(", ", value.Elements.Select(Write))}]",
            TypeKind.Object => $"{{{string.Join(", ", value.Members.Select(member => $"{Quote(member.Key)} = {Write(member.Value)}"))}}}",
            _ => value.ToString(),
        };
    }

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value is '"' or '\\' or '$' or '%' or '{' or < ' '
                ? quoted.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:X8}")
                : quoted.Append(rune);
        }
        return quoted.Append('"').ToString();
    }
}
