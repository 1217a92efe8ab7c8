namespace Buildx.Diagnostics;

/// <summary>"Did you mean …?": finds the known word that a misspelt one is closest to.</summary>
public static class Suggestion
{
    private const int MaximumDistance = 2;

    /// <summary>For what people type at a prompt: a beginning is enough, and short words must be closer.</summary>
    public static string? FindTyped(string word, IReadOnlyCollection<string> known)
    {
        var length = word.TrimStart('-').Length;
        return Find(word, known) is { } near && (length > 4 || Distance(word, near) <= 1)
            ? near
            : known.FirstOrDefault(candidate => length > 2 && candidate != word && candidate.StartsWith(word, StringComparison.Ordinal));
    }

    /// <returns>Null when nothing is close, or when the word itself is known.</returns>
    public static string? Find(string word, IEnumerable<string> known, bool ignoreCase = false)
    {
        var wanted = ignoreCase ? word.ToLowerInvariant() : word;
        string? best = null;
        var bestDistance = MaximumDistance + 1;
        foreach (var candidate in known)
        {
            var option = ignoreCase ? candidate.ToLowerInvariant() : candidate;
            if (option == wanted)
                return null;
            if (Math.Abs(option.Length - wanted.Length) >= bestDistance)
                continue;
            var distance = Distance(wanted, option);
            if (distance < bestDistance)
                (best, bestDistance) = (candidate, distance);
        }
        return best is null || !ignoreCase || word.Any(char.IsUpper) ? best : best.ToLowerInvariant();
    }

    /// <summary><c> (did you mean X?)</c>, or nothing.</summary>
    public static string Phrase(string word, IEnumerable<string> known, bool ignoreCase = false, string prefix = "") =>
        Find(word, known, ignoreCase) is { } match ? $" (did you mean {prefix}{match}?)" : "";

    private static int Distance(string left, string right)
    {
        var previous = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
            previous[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var substitute = previous[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                current[j] = Math.Min(substitute, Math.Min(previous[j], current[j - 1]) + 1);
            }
            (previous, current) = (current, previous);
        }
        return previous[right.Length];
    }
}
