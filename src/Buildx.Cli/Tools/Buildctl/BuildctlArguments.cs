namespace Buildx.Cli.Tools.Buildctl;

/// <summary>Flags and the rest of a command line, as urfave's parser reads them: <c>--name value</c>, <c>--name=value</c>, flags before the arguments.</summary>
internal sealed class BuildctlArguments
{
    private readonly Dictionary<string, List<string>> _flags = [];

    private BuildctlArguments(string[] rest) => Rest = rest;

    /// <summary>What follows the flags.</summary>
    public string[] Rest { get; }

    public string? Get(string name) => _flags.TryGetValue(name, out var values) ? values[^1] : null;

    public IReadOnlyList<string> GetAll(string name) => _flags.TryGetValue(name, out var values) ? values : [];

    public bool Has(string name) => Get(name) is not (null or "false");

    /// <param name="switches">Flags without a value.</param>
    /// <param name="values">Flags with one.</param>
    /// <exception cref="CliException">Another flag, or one without its value.</exception>
    public static BuildctlArguments Parse(IReadOnlyList<string> arguments, IReadOnlyCollection<string> switches, IReadOnlyCollection<string> values)
    {
        var flags = new Dictionary<string, List<string>>();
        var next = 0;
        while (next < arguments.Count && arguments[next] is ['-', _, ..] flag)
        {
            next++;
            var (name, value) = flag.TrimStart('-').Split('=', 2) is [var key, var text] ? (key, text) : (flag.TrimStart('-'), (string?)null);
            if (switches.Contains(name))
                value ??= "true";
            else if (!values.Contains(name))
                throw new CliException($"the flag --{name} is not known here (want {string.Join(", ", switches.Concat(values).Select(known => "--" + known))})");
            else if (value is null)
                value = next < arguments.Count ? arguments[next++] : throw new CliException($"--{name} needs a value");
            if (!flags.TryGetValue(name, out var all))
                flags[name] = all = [];
            all.Add(value);
        }
        var result = new BuildctlArguments([.. arguments.Skip(next)]);
        foreach (var (name, all) in flags)
            result._flags[name] = all;
        return result;
    }
}
