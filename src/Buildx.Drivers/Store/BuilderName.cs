namespace Buildx.Drivers.Store;

/// <summary>Names of builders and nodes: a letter, then letters, digits, <c>.</c>, <c>_</c> and <c>-</c>; kept in lower case.</summary>
public static class BuilderName
{
    private static readonly string[] Adjectives =
        ["amber", "brisk", "calm", "clever", "crisp", "eager", "fair", "gentle", "golden", "keen", "lively", "lucid", "mellow", "nimble", "quiet", "rapid", "sharp", "steady", "sunny", "witty"];

    private static readonly string[] Nouns =
        ["anvil", "beacon", "bridge", "cedar", "comet", "crane", "falcon", "forge", "harbor", "heron", "lantern", "maple", "mason", "otter", "quarry", "rivet", "sparrow", "summit", "timber", "willow"];

    public static bool IsValid(string name) =>
        name.Length > 0 && char.IsAsciiLetter(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    /// <exception cref="DriverException">Not a name.</exception>
    public static string Validate(string name) => IsValid(name)
        ? name.ToLowerInvariant()
        : throw new DriverException($"invalid builder name \"{name}\": it must start with a letter and have only letters, digits, '.', '_' and '-'");

    public static string Generate(Func<string, bool> isTaken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var name = $"{Adjectives[Random.Shared.Next(Adjectives.Length)]}_{Nouns[Random.Shared.Next(Nouns.Length)]}" +
                (attempt < 5 ? "" : Random.Shared.Next(1000).ToString(System.Globalization.CultureInfo.InvariantCulture));
            if (!isTaken(name))
                return name;
        }
    }
}
