namespace Buildx.Drivers.Embedded;

/// <summary>The program that is the engine, and what comes before buildkitd's flags on its command line.</summary>
public sealed record EngineCommand(string Program, params IReadOnlyList<string> LeadingArguments);
