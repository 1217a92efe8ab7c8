using Buildx.Client;

namespace Buildx.Cli.Baking;

/// <summary>
/// The directories of all targets of a run, each served once: targets with the same directory read the same local source, which the
/// engine transfers, and looks through, once.
/// </summary>
internal sealed class SharedDirectories
{
    private const string Prefix = "bake-";
    private const int HashLength = 16;

    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _shown = new(StringComparer.Ordinal);

    /// <summary>By the name of the local source.</summary>
    public IReadOnlyDictionary<string, string> ByName => _names.ToDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>The options of one target's build, with its directories among those of the run.</summary>
    public SolveOptions Add(SolveOptions options)
    {
        var attributes = options.FrontendAttributes.ToDictionary(StringComparer.Ordinal);
        foreach (var (name, directory) in options.LocalDirectories)
        {
            var shared = NameOf(directory);
            switch (name)
            {
                case "context":
                    attributes["contextkey"] = shared;
                    break;
                case "dockerfile":
                    attributes["dockerfilekey"] = shared;
                    break;
                default:
                    foreach (var key in attributes.Where(pair => pair.Key.StartsWith("context:", StringComparison.Ordinal) && pair.Value == $"local:{name}").Select(pair => pair.Key).ToList())
                        attributes[key] = $"local:{shared}";
                    break;
            }
        }
        return options with { FrontendAttributes = attributes, LocalDirectories = new Dictionary<string, string>() };
    }

    /// <summary>The same with the session that serves them.</summary>
    public SolveOptions Bind(SolveOptions options, SharedSession? session)
    {
        if (session is null)
            return options;
        var attributes = options.FrontendAttributes.ToDictionary(StringComparer.Ordinal);
        foreach (var name in _names.Values)
            attributes[$"local-sessionid:{name}"] = session.Id;
        return options with { FrontendAttributes = attributes };
    }

    /// <summary>A text of the engine's about a directory, with the name that the user knows it by.</summary>
    public string Show(string text)
    {
        var start = text.IndexOf(Prefix, StringComparison.Ordinal);
        if (start < 0 || start + Prefix.Length + HashLength > text.Length)
            return text;
        var name = text.Substring(start, Prefix.Length + HashLength);
        return _shown.TryGetValue(name, out var shown) ? text.Replace(name, shown, StringComparison.Ordinal) : text;
    }

    private string NameOf(string directory)
    {
        if (!_names.TryGetValue(directory, out var name))
        {
            // The same directory has the same name in the next run too: what the engine has of it is found again.
            var hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(directory));
            _names[directory] = name = Prefix + Convert.ToHexStringLower(hash.AsSpan(0, HashLength / 2));
            var relative = Path.GetRelativePath(Environment.CurrentDirectory, directory);
            // What has no name for the user is a Dockerfile that stands in the definition.
            _shown[name] = !relative.StartsWith("..", StringComparison.Ordinal) ? relative
                : directory.StartsWith(Path.GetTempPath(), StringComparison.Ordinal) ? "dockerfile" : directory;
        }
        return name;
    }
}
