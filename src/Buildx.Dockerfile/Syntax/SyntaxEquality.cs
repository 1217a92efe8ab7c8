namespace Buildx.Dockerfile;

/// <summary>Whether two instructions are written alike, wherever they stand.</summary>
internal static class SyntaxEquality
{
    /// <summary>Keyword, flags and arguments; not comments and here-documents.</summary>
    public static bool SameWords(InstructionSyntax left, InstructionSyntax right) =>
        left.Keyword.Text == right.Keyword.Text
        && left.IsJson == right.IsJson
        && Same(left.Flags, right.Flags, (one, other) => one.Name == other.Name && one.Value == other.Value)
        && Same(left.Arguments, right.Arguments, (one, other) => one.Text == other.Text)
        && Same(left.Pairs, right.Pairs, (one, other) => one.Legacy == other.Legacy && one.Name.Text == other.Name.Text && one.Value.Text == other.Value.Text)
        && (left.Inner is null) == (right.Inner is null)
        && (left.Inner is null || SameWords(left.Inner, right.Inner!));

    private static bool Same<T>(IReadOnlyList<T> left, IReadOnlyList<T> right, Func<T, T, bool> same)
    {
        if (left.Count != right.Count)
            return false;
        for (var i = 0; i < left.Count; i++)
        {
            if (!same(left[i], right[i]))
                return false;
        }
        return true;
    }
}
