namespace Buildx.Linux.Namespaces;

/// <summary>A range of ids that belongs to a user (<c>/etc/subuid</c>, <c>/etc/subgid</c>).</summary>
public readonly record struct SubordinateIds(uint Start, uint Count)
{
    public const string UserFile = "/etc/subuid";
    public const string GroupFile = "/etc/subgid";

    /// <param name="file">Missing is the same as empty.</param>
    /// <param name="userName">Lines are for a name or a number; null where the user has no name.</param>
    public static IReadOnlyList<SubordinateIds> Read(string file, string? userName, uint userId)
    {
        if (!File.Exists(file))
            return [];
        var number = userId.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var ranges = new List<SubordinateIds>();
        foreach (var line in File.ReadLines(file))
        {
            var parts = line.Split(':');
            if (parts.Length == 3 && (parts[0] == userName || parts[0] == number) && uint.TryParse(parts[1], out var start)
                && uint.TryParse(parts[2], out var count) && count > 0)
                ranges.Add(new SubordinateIds(start, count));
        }
        return ranges;
    }
}
