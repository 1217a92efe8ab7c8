using Buildx.Bake.Hcl;
using Buildx.Bake.Hcl.Functions;
using Buildx.Bake.Hcl.Syntax;
using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Tests.Hcl;

/// <summary>HCL's specification, section by section: what it gives as examples, and the edges that it draws.</summary>
public sealed class SpecificationTests
{
    private static EvaluationScope Scope
    {
        get
        {
            var scope = new EvaluationScope();
            scope.Set("foo", HclText.Value("[{ foo = { bar = [1, 2] } }, { foo = { bar = [3, 4] } }]"));
            scope.Set("name", Value.String("Ermintrude"));
            scope.Set("none", Value.DynamicNull);
            scope.Set("für-alle_1", Value.String("unicode"));
            scope.Set("list", HclText.Value("[\"a\", \"b\", \"c\"]"));
            scope.Set("object", HclText.Value("{ x = 1, \"y z\" = 2 }"));
            StandardLibrary.AddTo(scope);
            return scope;
        }
    }

    // Structure

    [Theory]
    [InlineData("a = 1\n", "a")]
    [InlineData("a = 1", "a")]
    [InlineData("a = 1\r\nb = 2\r\n", "a b")]
    [InlineData("# one\n// two\n/* three\n   lines */ a = 1 # end\n", "a")]
    [InlineData("a = [ # first\n  1, // second\n  /* third */ 2,\n]\n", "a")]
    [InlineData("b {}\n", "b{}")]
    [InlineData("b { a = 1 }\n", "b{a}")]
    [InlineData("b {\n  a = 1\n  c = 2\n}\n", "b{a c}")]
    [InlineData("b \"one\" two {\n}\n", "b one two{}")]
    [InlineData("b {\n  c {\n  }\n}\n", "b{c{}}")]
    [InlineData("\n\n\n", "")]
    [InlineData("", "")]
    public void A_file_has_attributes_and_blocks(string text, string expected)
    {
        var file = HclText.Parse(text);
        Assert.Empty(file.Diagnostics.Select(diagnostic => diagnostic.ToString()));
        Assert.Equal(expected, Outline(file.Body));
    }

    [Theory]
    [InlineData("a = 1 b = 2\n", "1:7")]
    [InlineData("b { a = 1, c = 2 }\n", "1:10")]
    [InlineData("b { a = 1\n c = 2 }\n", "1:10")]
    [InlineData("b { c {} }\n", "1:5")]
    [InlineData("b {\n  a = 1\n", "1:3")]
    [InlineData("b\n{\n}\n", "1:1")]
    [InlineData("a =\n1\n", "1:4")]
    [InlineData("a = 1\na = 2\n", "2:1")]
    [InlineData("a\n", "1:1")]
    [InlineData("\"a\" = 1\n", "1:1")]
    [InlineData("1a = 1\n", "1:1")]
    [InlineData("a = \"x\ny\"\n", "1:7")]
    [InlineData("/* open\na = 1\n", "1:1")]
    public void What_is_no_structure_is_told_with_its_place(string text, string place)
    {
        var file = HclText.Parse(text);
        var diagnostics = new DiagnosticBag();
        diagnostics.AddRange(file.Diagnostics);
        file.Body.ReadAttributes(diagnostics);
        Assert.NotEmpty(diagnostics);
        Assert.Equal(place, diagnostics[0].Ranges[0].Start.ToString());
    }

    // Expressions

    [Theory]
    [InlineData("name", "string \"Ermintrude\"")]
    [InlineData("für-alle_1", "string \"unicode\"")]
    [InlineData("1", "number 1")]
    [InlineData("1.50", "number 1.5")]
    [InlineData("15e-1", "number 1.5")]
    [InlineData("1E+2", "number 100")]
    [InlineData("0.1 + 0.2", "number 0.3")]
    [InlineData("9007199254740993", "number 9007199254740993")]
    [InlineData("1 / 3 * 3 == 1", "bool true")]
    [InlineData("[\n  1,\n  2,\n]", "tuple([number, number]) [1,2]")]
    [InlineData("{\n  a = 1\n  b : 2,\n  \"c d\" = 3\n  (name) = 4\n  \"x${name}\" = 5\n}", "object({Ermintrude = number, a = number, b = number, c d = number, xErmintrude = number}) {\"Ermintrude\":4,\"a\":1,\"b\":2,\"c d\":3,\"xErmintrude\":5}")]
    [InlineData("{ name = 1 }", "object({name = number}) {\"name\":1}")]
    [InlineData("{ \"for\" = 1, baz = 2 }", "object({baz = number, for = number}) {\"baz\":2,\"for\":1}")]
    [InlineData("[]", "tuple([]) []")]
    [InlineData("{}", "object({}) {}")]
    [InlineData("max([1, 5, 3]...)", "number 5")]
    [InlineData("max(\n  1,\n  2,\n)", "number 2")]
    [InlineData("(\n  1\n  + 2\n)", "number 3")]
    [InlineData("list[0]", "string \"a\"")]
    [InlineData("list.1", "string \"b\"")]
    [InlineData("list[\"2\"]", "string \"c\"")]
    [InlineData("object.x", "number 1")]
    [InlineData("object[\"y z\"]", "number 2")]
    [InlineData("[[1, 2], [3]][0][1]", "number 2")]
    public void Terms(string expression, string expected) => Assert.Equal(expected, HclText.Show(expression, Scope));

    [Theory]
    [InlineData("[for v in [\"a\", \"b\"]: v]", "tuple([string, string]) [\"a\",\"b\"]")]
    [InlineData("[for i, v in [\"a\", \"b\"]: i]", "tuple([number, number]) [0,1]")]
    [InlineData("{for i, v in [\"a\", \"b\"]: v => i}", "object({a = number, b = number}) {\"a\":0,\"b\":1}")]
    [InlineData("{for i, v in [\"a\", \"a\", \"b\"]: v => i...}", "object({a = tuple([number, number]), b = tuple([number])}) {\"a\":[0,1],\"b\":[2]}")]
    [InlineData("[for i, v in [\"a\", \"b\", \"c\"]: v if i < 2]", "tuple([string, string]) [\"a\",\"b\"]")]
    [InlineData("[for k, v in { b = 1, a = 2 }: \"${k}${v}\"]", "tuple([string, string]) [\"a2\",\"b1\"]")]
    [InlineData("[for v in [[1, 2], [3]]: [for w in v: w * 10]]", "tuple([tuple([number, number]), tuple([number])]) [[10,20],[30]]")]
    [InlineData("[\n  for v in list :\n  upper(v)\n]", "tuple([string, string, string]) [\"A\",\"B\",\"C\"]")]
    [InlineData("[for name in list: name]", "tuple([string, string, string]) [\"a\",\"b\",\"c\"]")]
    public void For(string expression, string expected) => Assert.Equal(expected, HclText.Show(expression, Scope));

    [Theory]
    [InlineData("foo.*.foo.bar[0]", "tuple([number, number]) [1,2]")]
    [InlineData("foo[*].foo.bar[0]", "tuple([number, number]) [1,3]")]
    [InlineData("foo[*].foo.bar", "tuple([tuple([number, number]), tuple([number, number])]) [[1,2],[3,4]]")]
    [InlineData("foo[*].foo.bar[*]", "tuple([tuple([number, number]), tuple([number, number])]) [[1,2],[3,4]]")]
    [InlineData("none[*]", "tuple([]) []")]
    [InlineData("none[*].foo", "tuple([]) []")]
    [InlineData("name[*]", "tuple([string]) [\"Ermintrude\"]")]
    [InlineData("object[*].x", "tuple([number]) [1]")]
    [InlineData("[][*].anything", "tuple([]) []")]
    public void Splats(string expression, string expected) => Assert.Equal(expected, HclText.Show(expression, Scope));

    [Theory]
    [InlineData("[for, foo]")]
    [InlineData("{for = 1}")]
    [InlineData("[for v in 5: v]")]
    [InlineData("[for v in null: v]")]
    [InlineData("{for v in [\"a\", \"a\"]: v => v}")]
    [InlineData("[for v in list: v if \"perhaps\"]")]
    [InlineData("[for v in list: v => v]")]
    [InlineData("{for v in list: v}")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("1 +")]
    [InlineData("1 < 2 < 3 ? 1")]
    [InlineData("list[3]")]
    [InlineData("list[-1]")]
    [InlineData("list[0.5]")]
    [InlineData("object.q")]
    [InlineData("none.x")]
    [InlineData("missing")]
    [InlineData("missing()")]
    [InlineData("max(null...)")]
    [InlineData("0 / 0")]
    [InlineData("\"a\" + 1")]
    [InlineData("!1")]
    [InlineData("null ? 1 : 2")]
    [InlineData("[1 2]")]
    [InlineData("{ a = 1 b = 2 }")]
    [InlineData("{ a.b = 1 }")]
    [InlineData("\"${\"")]
    [InlineData("\"\\q\"")]
    [InlineData("\"\\u12\"")]
    [InlineData("a b")]
    [InlineData("1 & 2")]
    [InlineData("'a'")]
    [InlineData("a ; b")]
    public void What_is_no_expression_or_has_no_value_is_an_error(string expression)
    {
        var result = HclText.Evaluate(expression, Scope);
        Assert.True(result.HasErrors, $"{result.Value.Type} {result.Value}");
        Assert.All(result.Diagnostics, diagnostic => Assert.NotEmpty(diagnostic.Ranges));
    }

    // Templates

    [Theory]
    [InlineData("\"hello ${name}\"", "string \"hello Ermintrude\"")]
    [InlineData("\"${5}\"", "number 5")]
    [InlineData("\"${[1]}\"", "tuple([number]) [1]")]
    [InlineData("\"${5}${true}\"", "string \"5true\"")]
    [InlineData("\"a${5}\"", "string \"a5\"")]
    [InlineData("\"$${name} %%{ if }\"", "string \"${name} %{ if }\"")]
    [InlineData("\"$ % $$ %% $a %a\"", "string \"$ % $$ %% $a %a\"")]
    [InlineData("\"\\n\\r\\t\\\"\\\\\\u00e9\\U0001F600\"", "string \"\\n\\r\\t\\\"\\\\é😀\"")]
    [InlineData("\"${\"${\"inner\"}\"}\"", "string \"inner\"")]
    [InlineData("\"${{ a = \"}\" }.a}\"", "string \"}\"")]
    [InlineData("\"hello  ${~ name ~}  !\"", "string \"helloErmintrude!\"")]
    [InlineData("\"%{ if name == \"\" }anonymous%{ else }${name}%{ endif }\"", "string \"Ermintrude\"")]
    [InlineData("\"%{ if false }x%{ endif }\"", "string \"\"")]
    [InlineData("\"%{ for v in list }[${v}]%{ endfor }\"", "string \"[a][b][c]\"")]
    [InlineData("\"%{ for i, v in list ~}  ${i}${v}  %{~ endfor }\"", "string \"0a1b2c\"")]
    [InlineData("\"%{ for v in list }%{ if v == \"b\" }${v}%{ endif }%{ endfor }\"", "string \"b\"")]
    [InlineData("<<EOT\nhello ${name}\n  indented\nEOT\n", "string \"hello Ermintrude\\n  indented\\n\"")]
    [InlineData("<<-EOT\n    one\n      two\n    three\n    EOT\n", "string \"one\\n  two\\nthree\\n\"")]
    [InlineData("<<EOT\nEOT\n", "string \"\"")]
    [InlineData("<<EOT\nno \\n escape \"here\"\nEOT\n", "string \"no \\\\n escape \\\"here\\\"\\n\"")]
    [InlineData("<<EOT\n%{ for v in list ~}\n- ${v}\n%{ endfor ~}\nEOT\n", "string \"- a\\n- b\\n- c\\n\"")]
    [InlineData("[<<A\na\nA\n, <<B\nb\nB\n]", "tuple([string, string]) [\"a\\n\",\"b\\n\"]")]
    public void Templates(string expression, string expected) => Assert.Equal(expected, HclText.Show(expression, Scope));

    [Theory]
    [InlineData("\"%{ if true }\"")]
    [InlineData("\"%{ endif }\"")]
    [InlineData("\"%{ for v in list }%{ endif }\"")]
    [InlineData("\"%{ else }\"")]
    [InlineData("\"%{ what }\"")]
    [InlineData("\"%{ if true }%{ else }%{ else }%{ endif }\"")]
    [InlineData("\"a${[1]}\"")]
    [InlineData("\"a${null}\"")]
    [InlineData("<<EOT\nopen\n")]
    public void What_is_no_template_is_an_error(string expression) => Assert.True(HclText.Evaluate(expression, Scope).HasErrors);

    // Types

    [Theory]
    [InlineData("1 == \"1\"", "bool false")]
    [InlineData("[1] == [1]", "bool true")]
    [InlineData("{ a = 1 } == { a = 1, b = 2 }", "bool false")]
    [InlineData("true ? 1 : \"a\"", "string \"1\"")]
    [InlineData("\"5\" * 2", "number 10")]
    [InlineData("\"true\" && true", "bool true")]
    [InlineData("\"é\" == \"e\\u0301\"", "bool true")]
    [InlineData("none == null", "bool true")]
    public void Conversion_and_equality(string expression, string expected) => Assert.Equal(expected, HclText.Show(expression, Scope));

    private static string Outline(Body body)
    {
        var native = Assert.IsType<NativeBody>(body);
        return string.Join(' ', native.Attributes.Select(attribute => attribute.Name)
            .Concat(native.Blocks.Select(block => $"{string.Join(' ', block.Labels.Prepend(block.Type))}{{{Outline(block.Body)}}}")));
    }
}
