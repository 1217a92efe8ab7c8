namespace Buildx.Dockerfile;

/// <summary>The flags of one instruction, checked against those it knows.</summary>
internal sealed class InstructionFlags
{
    // Few, so that looking through them beats a table.
    private readonly List<(string Name, SyntaxWord Value)>? _values;

    /// <param name="known">Names; a trailing <c>*</c> allows several, a trailing <c>?</c> makes it yes or no.</param>
    public InstructionFlags(InstructionSyntax syntax, string[] known)
    {
        if (syntax.Flags.Count == 0)
            return;
        _values = new(syntax.Flags.Count);
        foreach (var flag in syntax.Flags)
        {
            var name = flag.Name;
            var kind = Array.Find(known, candidate => candidate.AsSpan().TrimEnd("*?").SequenceEqual(name))
                ?? throw new InstructionException(UnknownFlag(syntax, name, known), flag.Range);
            var isBoolean = kind.EndsWith('?');
            if (!kind.EndsWith('*') && Word(name) is not null)
                throw new InstructionException($"the flag --{name} is given twice; remove one", flag.Range);
            if (isBoolean ? flag.Value is { Length: 0 } : flag.Value is null)
                throw new InstructionException($"the flag --{name} needs a value: --{name}=…", flag.Range);
            var value = flag.Value ?? "true";
            if (isBoolean && !value.Equals("true", StringComparison.OrdinalIgnoreCase) && !value.Equals("false", StringComparison.OrdinalIgnoreCase))
                throw new InstructionException($"the flag --{name} must be true or false, not \"{value}\"", flag.Range);
            _values.Add((name, new SyntaxWord(value, flag.ValueRange ?? flag.Range)));
        }
    }

    public string Text(string name, string fallback = "") => Word(name)?.Text ?? fallback;

    public SyntaxWord? Word(string name)
    {
        foreach (var (known, value) in _values ?? [])
        {
            if (known == name)
                return value;
        }
        return null;
    }

    public bool? Boolean(string name) => Word(name)?.Text.Equals("true", StringComparison.OrdinalIgnoreCase);

    public IReadOnlyList<SyntaxWord> All(string name) => Word(name) is null ? [] : _values!.Where(flag => flag.Name == name).Select(flag => flag.Value).ToArray();

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
