using Buildx.Bake.Hcl;

namespace Buildx.Fuzz.Targets;

/// <summary>Reads a text as one template, and as one expression.</summary>
internal sealed class HclTemplateTarget : IFuzzTarget
{
    public string Name => "hcl-template";

    public IEnumerable<string> Seeds =>
    [
        "hello ${a}, %{ for i, x in b ~} ${i}: ${jsonencode(x)} %{~ endfor }!\n",
        "%{ if a == \"text\" }$${x}%%{y}%{ else }${~ 1 + 2 ~}%{ endif }",
        "a.b[0][*].c.*.d ? [1, \"x${a}\"] : {a = 1, (b[0]) : 2}",
        "max([for x in b : try(x + 1, 0)]...)",
    ];

    public IReadOnlyList<string> Words => HclChecks.Words;

    public void Run(string input)
    {
        var diagnostics = new DiagnosticBag();
        HclChecks.Evaluate(Expression.ParseTemplate(input, "fuzz", diagnostics), diagnostics);
        HclChecks.Evaluate(Expression.Parse(input, "fuzz", diagnostics), diagnostics);
        HclChecks.CheckPlaces(input, diagnostics);
    }
}
