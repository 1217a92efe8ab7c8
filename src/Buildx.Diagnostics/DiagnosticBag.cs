using System.Collections;

namespace Buildx.Diagnostics;

/// <summary>Collects what is found while a text is read or evaluated, so that all of it can be told at once.</summary>
public sealed class DiagnosticBag : IReadOnlyList<Diagnostic>
{
    private readonly List<Diagnostic> _all = [];

    public bool HasErrors { get; private set; }

    public int Count => _all.Count;

    public Diagnostic this[int index] => _all[index];

    public void Add(Diagnostic diagnostic)
    {
        _all.Add(diagnostic);
        HasErrors |= diagnostic.Severity == DiagnosticSeverity.Error;
    }

    public void AddRange(IEnumerable<Diagnostic> diagnostics)
    {
        foreach (var diagnostic in diagnostics)
            Add(diagnostic);
    }

    public void Error(SourceRange place, string message, string? hint = null) => Add(Diagnostic.Error(place, message, hint));

    public IEnumerator<Diagnostic> GetEnumerator() => _all.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _all.GetEnumerator();
}
