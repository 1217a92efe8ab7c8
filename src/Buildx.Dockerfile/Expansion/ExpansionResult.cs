namespace Buildx.Dockerfile;

/// <param name="Matched">Variables that were used and are set.</param>
/// <param name="Unmatched">Variables that were used and are not.</param>
public readonly record struct ExpansionResult(string Text, IReadOnlyCollection<string> Matched, IReadOnlyCollection<string> Unmatched);
