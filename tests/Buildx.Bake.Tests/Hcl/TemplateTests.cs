using Buildx.Bake.Hcl;
using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Tests.Hcl;

public sealed class TemplateTests
{
    [Theory]
    [InlineData("\"a${1 + 1}b\"", "a2b")]
    [InlineData("\"$${a} %%{b} $$ %% 100% $5\"", "${a} %{b} $$ %% 100% $5")]
    [InlineData("\"$$${1}\"", "$${1}")]
    [InlineData("\"\\n\\r\\t\\\"\\\\\"", "\n\r\t\"\\")]
    [InlineData("\"\\u00e9\\U0001F600\"", "é😀")]
    [InlineData("\"a ${~ 1 ~} b\"", "a1b")]
    [InlineData("\"a ${~ 1 } b\"", "a1 b")]
    [InlineData("\"%{ if true }yes%{ else }no%{ endif }\"", "yes")]
    [InlineData("\"%{ if false }yes%{ endif }\"", "")]
    [InlineData("\"%{ for x in [1, 2] }<${x}>%{ endfor }\"", "<1><2>")]
    [InlineData("\"%{ for k, v in {a = 1} }${k}=${v}%{ endfor }\"", "a=1")]
    [InlineData("\"%{ for x in [1, 2] ~} ${x} %{~ endfor }\"", "12")]
    [InlineData("\"%{ if true }%{ for x in [1] }${x}%{ endfor }%{ endif }\"", "1")]
    [InlineData("\"${\"nested ${\"deep\"}\"}!\"", "nested deep!")]
    [InlineData("\"${ {a = \"}\"}.a }!\"", "}!")]
    [InlineData("\"\"", "")]
    [InlineData("\"${\n1\n} \"", "1 ")]
    public void Quoted_templates_are_filled_in(string text, string expected) => Assert.Equal(expected, HclText.Value(text).AsString);

    [Theory]
    [InlineData("<<EOT\nhello\nworld\nEOT\n", "hello\nworld\n")]
    [InlineData("<<EOT\nEOT\n", "")]
    [InlineData("<<EOT\n  a ${1}\n    EOT\n", "  a 1\n")]
    [InlineData("<<-EOT\n    a\n      b\n\n    c\n    EOT\n", "a\n  b\n\nc\n")]
    [InlineData("<<-EOT\n    ${1}\n      b\n  EOT\n", "1\n  b\n")]
    [InlineData("<<EOT\n\\n \"q\" $${x}\nEOT\n", "\\n \"q\" ${x}\n")]
    [InlineData("<<EOT\n%{ for x in [1, 2] ~}\n${x}\n%{ endfor ~}\nend\nEOT\n", "1\n2\nend\n")]
    [InlineData("<<EOT\r\na\r\nEOT\r\n", "a\r\n")]
    [InlineData("<<EOT\na EOT\nEOTX\nEOT\n", "a EOT\nEOTX\n")]
    public void Here_documents_are_filled_in(string text, string expected) => Assert.Equal(expected, HclText.Value(text).AsString);

    [Fact]
    public void An_interpolation_alone_keeps_its_type() => Assert.Equal("tuple([number]) [1]", HclText.Show("\"${[1]}\""));

    [Theory]
    [InlineData("\"a", "1:3: the string that begins at 1:1 is never closed")]
    [InlineData("\"a\nb", "1:3: a string in quotes must end on the line it begins on")]
    [InlineData("\"${1\"", "1:2: an interpolation in this template is never closed")]
    [InlineData("\"${1:2}\"", "1:5: the interpolation should end here, not go on with \":\"")]
    [InlineData("\"%{ iff x }\"", "1:5: there is no directive \"iff\"")]
    [InlineData("\"%{ if true }\"", "1:2: this directive is never ended")]
    [InlineData("\"%{ endif }\"", "1:2: there is no directive that this endif belongs to")]
    [InlineData("\"%{ if true }%{ endfor }\"", "1:14: an endif should stand here, not endfor")]
    [InlineData("\"\\q\"", "1:2: there is no escape \\q")]
    [InlineData("\"ab\\u12\"", "1:4: \\u needs 4 hexadecimal digits")]
    [InlineData("\"\\ud800\"", "1:2: \\ud800 is no Unicode character")]
    [InlineData("<<EOT\na\n", "3:1: the here-document that begins at 1:1 is never closed")]
    public void Broken_templates_are_explained(string text, string expected) => Assert.Equal(expected, HclText.Error(text));

    [Fact]
    public void A_text_can_be_a_template_as_a_whole()
    {
        var diagnostics = new DiagnosticBag();
        var scope = new EvaluationScope();
        scope.Set("name", Value.String("x"));
        var template = Expression.ParseTemplate("hello \"${name}\"\n%{ if true }y%{ endif }$", "t", diagnostics);
        Assert.Equal("hello \"x\"\ny$", template.Evaluate(scope, diagnostics).AsString);
        Assert.Empty(diagnostics);
    }
}
