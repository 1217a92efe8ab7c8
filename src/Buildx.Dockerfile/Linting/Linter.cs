namespace Buildx.Dockerfile;

/// <summary>Collects what rules find, as far as the configuration lets them run.</summary>
internal sealed class Linter
{
    private readonly LintConfiguration _configuration;
    private readonly List<LintWarning> _warnings;
    private readonly List<LintWarning> _hints;

    public Linter(LintConfiguration configuration) : this(configuration, [], [])
    {
    }

    private Linter(LintConfiguration configuration, List<LintWarning> warnings, List<LintWarning> hints) =>
        (_configuration, _warnings, _hints) = (configuration, warnings, hints);

    public IReadOnlyList<LintWarning> Warnings => _warnings;

    /// <summary>What hints (<see cref="LintRule.IsHint"/>) found that nobody asked for.</summary>
    public IReadOnlyList<LintWarning> Hints => _hints;

    public bool ErrorOnWarning => _configuration.ErrorOnWarning;

    public void Report(LintRule rule, TextRange range, string message)
    {
        if (_configuration.Runs(rule))
            (rule.IsHint && !_configuration.AsksFor(rule) ? _hints : _warnings).Add(new LintWarning(rule, message, range));
    }

    /// <summary>The same for one instruction, whose own comment <c># check=…</c> counts too.</summary>
    public Linter For(IReadOnlyList<string> comments)
    {
        foreach (var comment in comments)
        {
            if (!comment.Contains("check", StringComparison.OrdinalIgnoreCase) || DirectiveReader.Find("check", "#" + comment) is not { } directive)
                continue;
            try
            {
                return new Linter(_configuration.Merge(LintConfiguration.Parse(directive.Value.Split(' ')[0])), _warnings, _hints);
            }
            catch (FormatException)
            {
                return this;
            }
        }
        return this;
    }
}
