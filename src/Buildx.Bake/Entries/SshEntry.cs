namespace Buildx.Bake.Entries;

/// <summary>One SSH agent that steps may use; without paths the user's own.</summary>
public sealed record SshEntry(string Id, IReadOnlyList<string> Paths)
{
    public static SshEntry Parse(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? new SshEntry(text, []) : new SshEntry(text[..equals], text[(equals + 1)..].Split(','));
    }

    /// <summary>By id, then by paths.</summary>
    public static int Compare(SshEntry left, SshEntry right)
    {
        var order = string.CompareOrdinal(left.Id, right.Id);
        for (var i = 0; order == 0 && i < Math.Min(left.Paths.Count, right.Paths.Count); i++)
            order = string.CompareOrdinal(left.Paths[i], right.Paths[i]);
        return order != 0 ? order : left.Paths.Count.CompareTo(right.Paths.Count);
    }

    /// <summary>The form that <c>--ssh</c> takes.</summary>
    public override string ToString() => Paths.Count == 0 ? Id : CsvFields.Quote($"{Id}={string.Join(',', Paths)}");
}
