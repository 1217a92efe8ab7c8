namespace Buildx.Dockerfile;

/// <summary>
/// Quotes, escapes and variables as a shell treats them:
/// <c>$v ${v} ${v:-w} ${v-w} ${v:+w} ${v+w} ${v:?e} ${v?e} ${v#p} ${v##p} ${v%p} ${v%%p} ${v/p/r} ${v//p/r}</c>.
/// </summary>
/// <param name="escape">The character that takes the next one's meaning away.</param>
public sealed class WordExpander(char escape)
{
    public char Escape { get; } = escape;

    /// <summary>Quotes stay in the result.</summary>
    public bool KeepQuotes { get; init; }

    /// <summary>Escape characters stay in the result.</summary>
    public bool KeepEscapes { get; init; }

    /// <summary>Quotes are characters like any other.</summary>
    public bool IgnoreQuotes { get; init; }

    /// <summary>What is not set stays as it is written, instead of becoming empty.</summary>
    public bool KeepUnsetVariables { get; init; }

    /// <summary>The text with everything replaced, blanks as they are.</summary>
    /// <exception cref="ExpansionException"/>
    public ExpansionResult Expand(string text, IVariables variables)
    {
        // Most words have nothing to expand.
        if (text.AsSpan().IndexOfAny("$'\"") < 0 && !text.Contains(Escape))
            return new ExpansionResult(text, [], []);
        var expansion = new WordExpansion(this, text, variables, cutsWords: false);
        return new ExpansionResult(expansion.Run().Text, expansion.Matched, expansion.Unmatched);
    }

    /// <summary>The text with everything replaced, cut at blanks that were not quoted.</summary>
    /// <exception cref="ExpansionException"/>
    public IReadOnlyList<string> ExpandWords(string text, IVariables variables) => new WordExpansion(this, text, variables, cutsWords: true).Run().Words;
}
