using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Hcl;

public sealed record EvaluationResult(Value Value, IReadOnlyList<Diagnostic> Diagnostics)
{
    public bool HasErrors => Diagnostics.Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
}
