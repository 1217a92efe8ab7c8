namespace Buildx.Bake;

/// <summary>Definitions, or what was asked of them, are wrong: all that was found, each with its place.</summary>
public sealed class BakeException : Exception
{
    public BakeException(IReadOnlyList<Diagnostic> diagnostics)
        : base(string.Join('\n', diagnostics)) => Diagnostics = diagnostics;

    public BakeException(string message, string? hint = null)
        : this([Diagnostic.Error(message) with { Hint = hint }])
    {
    }

    public IReadOnlyList<Diagnostic> Diagnostics { get; }
}
