namespace Buildx.Fuzz;

/// <summary>Code that takes a text from outside and must cope with any.</summary>
public interface IFuzzTarget
{
    string Name { get; }

    /// <summary>Texts that say something to this target.</summary>
    IEnumerable<string> Seeds { get; }

    /// <summary>What such texts are made of.</summary>
    IReadOnlyList<string> Words { get; }

    /// <exception cref="Exception">Anything that leaves this is a finding.</exception>
    void Run(string input);
}
