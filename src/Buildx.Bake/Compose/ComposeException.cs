namespace Buildx.Bake.Compose;

/// <summary>A Compose file is wrong; caught where files are read.</summary>
internal sealed class ComposeException(IReadOnlyList<Diagnostic> diagnostics) : Exception(string.Join('\n', diagnostics))
{
    public ComposeException(SourceRange place, string message, string? hint = null)
        : this([Diagnostic.Error(place, message, hint)])
    {
    }

    public IReadOnlyList<Diagnostic> Diagnostics { get; } = diagnostics;
}
