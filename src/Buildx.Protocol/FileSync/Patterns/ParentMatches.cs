namespace Buildx.Protocol.FileSync.Patterns;

/// <summary>Which patterns of a <see cref="PatternMatcher"/> a directory matched. The default value says that nothing is known.</summary>
public readonly struct ParentMatches
{
    private readonly bool[]? _matches;

    internal ParentMatches(bool[] matches, bool coversAll)
    {
        _matches = matches;
        CoversAll = coversAll;
    }

    /// <summary>Everything below the directory is matched, whatever it is called.</summary>
    public bool CoversAll { get; }

    internal bool IsKnown => _matches is { Length: > 0 };

    internal bool this[int index] => _matches is not null && _matches[index];
}
