namespace Buildx.Bake;

/// <summary>Definitions, or what was asked of them, are wrong: all that was found, each with its place.</summary>
public sealed class BakeException : Exception
{
    public BakeException(IReadOnlyList<Diagnostic> diagnostics)
        : base(string.Join('\n', Once(diagnostics))) => Diagnostics = [.. Once(diagnostics)];

    public BakeException(string message, string? hint = null)
        : this([Diagnostic.Error(message) with { Hint = hint }])
    {
    }

    public IReadOnlyList<Diagnostic> Diagnostics { get; }

    /// <summary>An expression that is evaluated for many targets is wrong in each, and told once.</summary>
    private static IEnumerable<Diagnostic> Once(IReadOnlyList<Diagnostic> diagnostics) =>
        diagnostics.DistinctBy(diagnostic => (diagnostic.Source?.Name, diagnostic.Ranges is [var first, ..] ? first : default, diagnostic.Message));
}
