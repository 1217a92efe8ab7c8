namespace Buildx.Dockerfile;

public enum DiagnosticSeverity
{
    Warning,
    Error,
}
