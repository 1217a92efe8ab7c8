namespace Buildx.Bake;

/// <summary>What surrounds definitions when they are read.</summary>
public sealed record BakeOptions
{
    /// <summary>Values of <c>--var</c>; they come before the environment.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>Variables that every definition has and none can change, e.g. <c>BAKE_CMD_CONTEXT</c>.</summary>
    public IReadOnlyDictionary<string, string> BuiltInVariables { get; init; } = new Dictionary<string, string>();

    /// <summary>The environment; null where variables must not come from there (<c>BUILDX_BAKE_DISABLE_VARS_ENV_LOOKUP</c>).</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Where relative paths of Compose files and <c>.env</c> are looked for.</summary>
    public string WorkingDirectory { get; init; } = ".";

    /// <summary>Paths of contexts are relative to the file they stand in, not to the working directory.</summary>
    public bool PathsAreRelativeToFiles { get; init; }

    /// <summary>The git repository that the definition comes from, where contexts are then; null for a definition of this machine.</summary>
    public string? Repository { get; init; }

    /// <summary>Values for targets from the command line: <c>PATTERN.KEY[.NAME][+]=VALUE</c>.</summary>
    public IReadOnlyList<string> Overrides { get; init; } = [];

    internal string? Lookup(string name) => Variables.TryGetValue(name, out var value) || (Environment?.TryGetValue(name, out value) ?? false) ? value : null;
}
