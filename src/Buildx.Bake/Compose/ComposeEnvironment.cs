namespace Buildx.Bake.Compose;

/// <summary>What variables in Compose files have as their values.</summary>
internal sealed class ComposeEnvironment
{
    private const string ProjectName = "COMPOSE_PROJECT_NAME";
    private readonly Dictionary<string, string> _values;

    private ComposeEnvironment(Dictionary<string, string> values) => _values = values;

    /// <summary>The environment, then <c>.env</c> of the working directory; <c>--var</c> comes before both.</summary>
    /// <exception cref="BakeException"><c>.env</c> makes no sense.</exception>
    public static ComposeEnvironment Create(BakeOptions options)
    {
        var values = new Dictionary<string, string>(options.Environment ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        var path = Path.Combine(options.WorkingDirectory, ".env");
        if (File.Exists(path))
        {
            try
            {
                foreach (var (name, value) in ReadFile(path, values.GetValueOrDefault))
                    values.TryAdd(name, value);
            }
            catch (FormatException e)
            {
                throw new BakeException($".env: {e.Message}");
            }
        }
        foreach (var (name, value) in options.Variables)
            values[name] = value;
        if (values.GetValueOrDefault(ProjectName) is not { Length: > 0 })
            values[ProjectName] = "bake";
        return new ComposeEnvironment(values);
    }

    public static Dictionary<string, string> ReadFile(string path, Func<string, string?> lookup)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        EnvironmentFile.Read(File.ReadAllText(path), lookup, values);
        return values;
    }

    public string? Lookup(string name) => _values.GetValueOrDefault(name);

    /// <summary>The same with further values, which come last.</summary>
    public ComposeEnvironment With(IReadOnlyDictionary<string, string> more)
    {
        var values = new Dictionary<string, string>(_values, StringComparer.Ordinal);
        foreach (var (name, value) in more)
            values.TryAdd(name, value);
        return new ComposeEnvironment(values);
    }

    /// <summary>A file's own name for its project comes before all others.</summary>
    public void SetProjectName(string name)
    {
        if (name.Length > 0)
            _values[ProjectName] = name;
    }
}
