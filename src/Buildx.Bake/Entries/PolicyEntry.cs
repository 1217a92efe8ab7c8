namespace Buildx.Bake.Entries;

/// <summary>One policy on what a build may use as its sources.</summary>
public sealed record PolicyEntry(IReadOnlyList<string> Files, bool Reset = false, bool Disabled = false, bool? Strict = null, string? LogLevel = null)
{
    private static readonly string[] LogLevels = ["panic", "fatal", "error", "warning", "info", "debug", "trace"];

    /// <exception cref="FormatException">Not a policy.</exception>
    public static PolicyEntry Parse(string text) => Parse(CsvFields.Split(text).Select(EntryText.SplitPair));

    /// <exception cref="FormatException">Not a policy.</exception>
    public static PolicyEntry Parse(IEnumerable<(string Key, string Value)> fields)
    {
        var policy = new PolicyEntry([]);
        foreach (var (key, value) in fields)
        {
            policy = key.Trim().ToLowerInvariant() switch
            {
                "filename" when value.Length > 0 => policy with { Files = [.. policy.Files, value] },
                "reset" => policy with { Reset = EntryText.ParseBoolean(value) },
                "disabled" => policy with { Disabled = EntryText.ParseBoolean(value) },
                "strict" => policy with { Strict = EntryText.ParseBoolean(value) },
                "log-level" => policy with { LogLevel = ParseLevel(value) },
                _ => throw new FormatException($"\"{key}={value}\" says nothing about a policy (want filename, reset, disabled, strict, log-level)"),
            };
        }
        return policy;
    }

    private static string ParseLevel(string text) => text.ToLowerInvariant() is var level && level == "warn"
        ? "warning"
        : LogLevels.Contains(level) ? level : throw new FormatException($"there is no log level \"{text}\" (want one of {string.Join(", ", LogLevels)})");
}
