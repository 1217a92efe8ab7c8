using Buildx.Oci;

namespace Buildx.Dockerfile;

/// <summary>Which rules run, as <c># check=skip=RULE,…;error=true;experimental=RULE,…</c> says.</summary>
public sealed record LintConfiguration
{
    public static LintConfiguration Default { get; } = new();

    public bool SkipAll { get; init; }

    public IReadOnlyList<string> Skip { get; init; } = [];

    public bool ExperimentalAll { get; init; }

    public IReadOnlyList<string> Experimental { get; init; } = [];

    /// <summary>A warning fails the build.</summary>
    public bool ErrorOnWarning { get; init; }

    public bool Runs(LintRule rule) => rule.IsExperimental ? AsksFor(rule) : !SkipAll && !Skip.Contains(rule.Name);

    /// <summary>Whether the rule is named as one to run that would not by itself.</summary>
    public bool AsksFor(LintRule rule) => ExperimentalAll || Experimental.Contains(rule.Name);

    /// <exception cref="FormatException">An unknown option.</exception>
    public static LintConfiguration Parse(string text)
    {
        var configuration = new LintConfiguration();
        if (string.IsNullOrWhiteSpace(text))
            return configuration;
        foreach (var part in text.Trim().Split(';', 3))
        {
            var equals = part.IndexOf('=');
            var key = (equals < 0 ? part : part[..equals]).Trim();
            var value = equals < 0 ? null : part[(equals + 1)..].Trim();
            configuration = (key, value) switch
            {
                ("skip", "all") => configuration with { SkipAll = true },
                ("skip", { } rules) => configuration with { Skip = rules.Split(',', StringSplitOptions.TrimEntries) },
                ("experimental", "all") => configuration with { ExperimentalAll = true },
                ("experimental", { } rules) => configuration with { Experimental = rules.Split(',', StringSplitOptions.TrimEntries) },
                ("error", { } flag) when BooleanText.TryParse(flag, out var error) => configuration with { ErrorOnWarning = error },
                ("error", _) => throw new FormatException($"\"{part}\" in a check must be error=true or error=false"),
                _ => throw new FormatException($"unknown option \"{part}\" in a check{Suggestion.Phrase(key, ["skip", "error", "experimental"])}; there are skip=RULE,…, error=true and experimental=RULE,…"),
            };
        }
        return configuration;
    }

    internal LintConfiguration Merge(LintConfiguration other) => this with
    {
        SkipAll = SkipAll || other.SkipAll,
        Skip = [.. Skip, .. other.Skip],
        ExperimentalAll = ExperimentalAll || other.ExperimentalAll,
        Experimental = [.. Experimental, .. other.Experimental],
    };
}
