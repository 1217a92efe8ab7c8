namespace Buildx.Drivers.Embedded;

/// <summary>The program that is the engine, and what comes before buildkitd's flags on its command line.</summary>
public sealed record EngineCommand(string Program, params IReadOnlyList<string> LeadingArguments)
{
    /// <summary>What its environment has besides that of its starter.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The quickest way to start it so that it stays, where there is one that differs; null for none.</summary>
    public Func<EngineCommand?>? Quickest { get; init; }
}
