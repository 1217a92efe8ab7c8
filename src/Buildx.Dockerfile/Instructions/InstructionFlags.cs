namespace Buildx.Dockerfile;

/// <summary>The flags of one instruction, checked against those it knows.</summary>
internal sealed class InstructionFlags
{
    private static readonly Dictionary<string, List<SyntaxWord>> None = [];

    private readonly Dictionary<string, List<SyntaxWord>> _values;

    /// <param name="known">Names; a trailing <c>*</c> allows several, a trailing <c>?</c> makes it yes or no.</param>
    public InstructionFlags(InstructionSyntax syntax, params string[] known)
    {
        _values = syntax.Flags.Count == 0 ? None : [];
        foreach (var flag in syntax.Flags)
        {
            var name = flag.Name;
            var kind = known.FirstOrDefault(candidate => candidate.TrimEnd('*', '?') == name)
                ?? throw new InstructionException(UnknownFlag(syntax, name, known), flag.Range);
            var isBoolean = kind.EndsWith('?');
            if (_values.ContainsKey(name) && !kind.EndsWith('*'))
                throw new InstructionException($"the flag --{name} is given twice; remove one", flag.Range);
            if (isBoolean ? flag.Value is { Length: 0 } : flag.Value is null)
                throw new InstructionException($"the flag --{name} needs a value: --{name}=…", flag.Range);
            var value = flag.Value ?? "true";
            if (isBoolean && value.ToLowerInvariant() is not ("true" or "false"))
                throw new InstructionException($"the flag --{name} must be true or false, not \"{value}\"", flag.Range);
            if (!_values.TryGetValue(name, out var values))
                _values.Add(name, values = []);
            values.Add(new SyntaxWord(value, flag.ValueRange ?? flag.Range));
        }
    }

    public string Text(string name, string fallback = "") => _values.TryGetValue(name, out var values) ? values[0].Text : fallback;

    public SyntaxWord? Word(string name) => _values.TryGetValue(name, out var values) ? values[0] : null;

    public bool? Boolean(string name) => _values.TryGetValue(name, out var values) ? values[0].Text.Equals("true", StringComparison.OrdinalIgnoreCase) : null;

    public IReadOnlyList<SyntaxWord> All(string name) => _values.TryGetValue(name, out var values) ? values : [];

    private static string UnknownFlag(InstructionSyntax syntax, string name, string[] known)
    {
        var keyword = syntax.Keyword.Text.ToUpperInvariant();
        var names = known.Select(flag => flag.TrimEnd('*', '?')).ToArray();
        var suggestion = Suggestion.Phrase(name, names, prefix: "--");
        if (suggestion.Length == 0)
            suggestion = names.Length == 0 ? $"; {keyword} has no flags" : $"; {keyword} knows {string.Join(", ", names.Select(flag => "--" + flag))}";
        return $"unknown flag --{name} of {keyword}{suggestion}";
    }
}
