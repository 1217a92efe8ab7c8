using Buildx.Bake.Hcl;
using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Tests.Hcl;

public sealed class ExpressionTests
{
    [Theory]
    [InlineData("1 + 2 * 3", "number 7")]
    [InlineData("(1 + 2) * 3", "number 9")]
    [InlineData("10 - 2 - 3", "number 5")]
    [InlineData("20 / 2 / 5", "number 2")]
    [InlineData("7 % 4 + 1", "number 4")]
    [InlineData("-2 * -3", "number 6")]
    [InlineData("- - 2", "number 2")]
    [InlineData("1 + 1 == 2", "bool true")]
    [InlineData("1 < 2 == true", "bool true")]
    [InlineData("1 == 1 && 2 == 3 || true", "bool true")]
    [InlineData("true || false && false", "bool true")]
    [InlineData("!true || true", "bool true")]
    [InlineData("!(true || true)", "bool false")]
    [InlineData("1 < 2 ? \"a\" : \"b\"", "string \"a\"")]
    [InlineData("false ? 1 : true ? 2 : 3", "number 2")]
    [InlineData("1 + true ? 1 : 2", "error")]
    [InlineData("\"1\" + \"2\"", "number 3")]
    [InlineData("\"1\" == 1", "bool false")]
    [InlineData("null == null", "bool true")]
    [InlineData("[] == []", "bool true")]
    [InlineData("{a = 1} == {a = 1}", "bool true")]
    [InlineData("{a = 1} != {a = 2}", "bool true")]
    [InlineData("\"true\" && true", "bool true")]
    [InlineData("-5 % 3", "number -2")]
    [InlineData("1.5e3", "number 1500")]
    [InlineData("1e-2", "number 0.01")]
    public void Operators_bind_as_the_specification_says(string expression, string expected)
    {
        var result = HclText.Evaluate(expression);
        Assert.Equal(expected, result.HasErrors ? "error" : $"{result.Value.Type} {result.Value}");
    }

    [Theory]
    [InlineData("true ? 1 : \"a\"", "string \"1\"")]
    [InlineData("true ? null : \"a\"", "string null")]
    [InlineData("true ? [] : [1]", "list(number) []")]
    [InlineData("true ? [1, 2] : [\"a\"]", "list(string) [\"1\",\"2\"]")]
    [InlineData("true ? {a = 1} : {b = \"x\"}", "map(string) {\"a\":\"1\"}")]
    [InlineData("true ? {a = 1} : {a = \"x\"}", "object({a = string}) {\"a\":\"1\"}")]
    [InlineData("true ? {} : {a = 1}", "map(number) {}")]
    [InlineData("true ? [1, true] : [\"a\", false]", "tuple([string, bool]) [\"1\",true]")]
    public void A_conditional_has_the_type_that_both_results_share(string expression, string expected) =>
        Assert.Equal(expected, HclText.Show(expression));

    [Theory]
    [InlineData("true ? [1] : {}")]
    [InlineData("true ? 1 : []")]
    [InlineData("true ? {a = 1} : {a = [1]}")]
    public void Results_without_a_common_type_are_an_error(string expression) =>
        Assert.Contains("both results of a conditional must have one type", HclText.Error(expression), StringComparison.Ordinal);

    [Theory]
    [InlineData("[for x in [1, 2, 3] : x * 2]", "tuple([number, number, number]) [2,4,6]")]
    [InlineData("[for i, x in [\"a\", \"b\"] : \"${i}${x}\"]", "tuple([string, string]) [\"0a\",\"1b\"]")]
    [InlineData("[for k, v in {b = 1, a = 2} : k]", "tuple([string, string]) [\"a\",\"b\"]")]
    [InlineData("[for x in [1, 2, 3] : x if x != 2]", "tuple([number, number]) [1,3]")]
    [InlineData("{for x in [\"a\", \"b\"] : x => \"${x}!\"}", "object({a = string, b = string}) {\"a\":\"a!\",\"b\":\"b!\"}")]
    [InlineData("{for i, x in [\"a\", \"b\", \"a\"] : x => i...}", "object({a = tuple([number, number]), b = tuple([number])}) {\"a\":[0,2],\"b\":[1]}")]
    [InlineData("[for x in [] : x]", "tuple([]) []")]
    [InlineData("[\n for x in [1] :\n x\n]", "tuple([number]) [1]")]
    public void For_makes_tuples_and_objects(string expression, string expected) => Assert.Equal(expected, HclText.Show(expression));

    [Theory]
    [InlineData("[{a = 1}, {a = 2}][*].a", "tuple([number, number]) [1,2]")]
    [InlineData("[{a = 1}, {a = 2}].*.a", "tuple([number, number]) [1,2]")]
    [InlineData("{a = 1}[*].a", "tuple([number]) [1]")]
    [InlineData("null[*]", "tuple([]) []")]
    [InlineData("\"x\"[*]", "tuple([string]) [\"x\"]")]
    [InlineData("[{a = [1, 2]}, {a = [3]}][*].a[0]", "tuple([number, number]) [1,3]")]
    [InlineData("[{a = [1, 2]}, {a = [3]}].*.a[0]", "tuple([number, number]) [1,2]")]
    [InlineData("[[1, 2], [3]][*][0]", "tuple([number, number]) [1,3]")]
    [InlineData("[{a = [{b = 1}]}][*].a[*].b", "tuple([tuple([number])]) [[1]]")]
    public void Splats_take_the_same_of_every_element(string expression, string expected) => Assert.Equal(expected, HclText.Show(expression));

    [Theory]
    [InlineData("[1, 2][1]", "number 2")]
    [InlineData("[1, 2][\"1\"]", "number 2")]
    [InlineData("{a = {b = 1}}.a.b", "number 1")]
    [InlineData("{a = 1}[\"a\"]", "number 1")]
    [InlineData("{\"a b\" = 1}[\"a b\"]", "number 1")]
    [InlineData("[[1, 2]].0[1]", "number 2")]
    [InlineData("{a = 1, a = 2}.a", "number 2")]
    [InlineData("{a: 1, b: 2}.b", "number 2")]
    [InlineData("{true = 1}.true", "number 1")]
    [InlineData("{(1 + 1) = 3}[2]", "number 3")]
    [InlineData("{\n a = 1\n b = 2,\n}", "object({a = number, b = number}) {\"a\":1,\"b\":2}")]
    public void Attributes_and_elements_are_reached(string expression, string expected) => Assert.Equal(expected, HclText.Show(expression));

    [Theory]
    [InlineData("[1][1]", "1:4: there is no element 1: the last element is 0")]
    [InlineData("[1][-1]", "1:4: there is no element -1: it must not be negative")]
    [InlineData("[1][0.5]", "1:4: there is no element 0.5: 0.5 is no whole number")]
    [InlineData("[][0]", "1:3: there is no element 0: there are no elements")]
    [InlineData("{a = 1}.b", "1:8: the object has no attribute \"b\"")]
    [InlineData("1.a", "1:2: a number has no attributes")]
    [InlineData("null.a", "1:5: null has no attribute \"a\"")]
    [InlineData("x", "1:1: there is no variable \"x\"")]
    [InlineData("f()", "1:1: there is no function \"f\"")]
    [InlineData("a::b()", "1:1: there is no function \"a::b\"")]
    [InlineData("\"${null}\"", "no error")]
    [InlineData("\"a${null}\"", "1:5: null cannot be part of a text")]
    [InlineData("\"a${[]}\"", "1:5: this cannot be part of a text: a string is required, not a tuple")]
    [InlineData("[for x in 1 : x]", "1:11: a \"for\" cannot go through a number")]
    [InlineData("{for x in [1, 1] : x => x}", "1:20: two elements have the key \"1\"")]
    [InlineData("1 + {}", "1:5: + cannot take this: a number is required, not an object")]
    [InlineData("!1", "1:2: ! cannot take this: a bool is required, not a number")]
    [InlineData("0 / 0", "1:1: 0 / 0 is no number")]
    public void What_is_not_there_is_named(string expression, string expected) => Assert.Equal(expected, HclText.Error(expression));

    [Fact]
    public void The_nearest_name_is_offered()
    {
        var scope = new EvaluationScope();
        scope.Set("TAG", Value.String("1"));
        var diagnostic = HclText.Evaluate("TAGG", scope).Diagnostics[0];
        Assert.Equal("did you mean TAG?", diagnostic.Hint);
    }

    [Fact]
    public void What_cannot_matter_raises_no_error()
    {
        Assert.Equal("bool false", HclText.Show("false && x"));
        Assert.Equal("bool true", HclText.Show("true || x"));
        Assert.Equal("number 1", HclText.Show("true ? 1 : x"));
    }

    [Fact]
    public void A_scope_hides_its_parents_variables()
    {
        var parent = new EvaluationScope();
        parent.Set("a", Value.Number(1));
        parent.Set("b", Value.Number(2));
        var scope = new EvaluationScope(parent);
        scope.Set("a", Value.Number(3));
        Assert.Equal("number 5", HclText.Show("a + b", scope));
    }

    [Theory]
    [InlineData("a.b[0] + c[d].e", "a.b[0] c d")]
    [InlineData("[for x in y : x + z]", "y z")]
    [InlineData("[for x in x : x]", "x")]
    [InlineData("{a = b, (c) = d}", "b c d")]
    [InlineData("\"${a} %{ if b }${c}%{ endif }\"", "b c a")]
    [InlineData("a[*].b", "a")]
    [InlineData("f(a, b...)", "a b")]
    public void An_expression_tells_what_it_refers_to(string text, string expected)
    {
        var diagnostics = new DiagnosticBag();
        var names = Expression.Parse(text, "test", diagnostics).Variables().Select(variable => variable.ToString());
        Assert.Empty(diagnostics);
        Assert.Equal(expected.Split(' ').Order(), names.Order());
    }

    [Fact]
    public void Unknown_goes_through()
    {
        var scope = new EvaluationScope();
        scope.Set("n", Value.Unknown(HclType.Number));
        scope.Set("d", Value.DynamicUnknown);
        foreach (var (expression, type) in new[] { ("n + 1", "number"), ("n == 1", "bool"), ("\"a${n}\"", "string"), ("n > 1 ? 1 : 2", "number"), ("d.a[0]", "any"), ("[for x in d : x]", "any"), ("!d", "bool") })
        {
            var value = HclText.Value(expression, scope);
            Assert.False(value.IsKnown);
            Assert.Equal(type, value.Type.ToString());
        }
        Assert.Equal("bool false", HclText.Show("n == 1 && false", scope));
    }

    [Fact]
    public void A_long_sum_is_no_deep_one()
    {
        Assert.Equal("number 100000", HclText.Show(string.Join(" + ", Enumerable.Repeat("1", 100_000))));
        Assert.Contains("200 deep", HclText.Error(new string('(', 5000)), StringComparison.Ordinal);
        Assert.Contains("200 deep", HclText.Error(new string('[', 5000)), StringComparison.Ordinal);
        Assert.Contains("200 deep", HclText.Error(new string('-', 5000)), StringComparison.Ordinal);
        Assert.Contains("200 deep", HclText.Error(string.Concat(Enumerable.Repeat("\"${", 5000))), StringComparison.Ordinal);
    }
}
