namespace Buildx.Cli.CommandLine;

/// <summary>Finds the word somebody probably meant.</summary>
internal static class Suggestion
{
    /// <summary>The nearest known word, or null when none is near.</summary>
    public static string? Find(string typed, IEnumerable<string> known)
    {
        var (best, bestDistance) = ((string?)null, Math.Max(1, typed.TrimStart('-').Length / 3) + 1);
        foreach (var word in known)
        {
            var distance = word.StartsWith(typed, StringComparison.Ordinal) && typed.TrimStart('-').Length > 2 ? 1 : Distance(typed, word);
            if (distance < bestDistance)
                (best, bestDistance) = (word, distance);
        }
        return best;
    }

    /// <summary>How many characters have to be inserted, deleted, replaced or swapped with their neighbour.</summary>
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(replace, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }
        return rows[a.Length, b.Length];
    }
}
