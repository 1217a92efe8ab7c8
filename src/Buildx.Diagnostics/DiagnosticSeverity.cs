namespace Buildx.Diagnostics;

public enum DiagnosticSeverity
{
    Warning,
    Error,
}
