namespace Buildx.Differential.Tests.Reading;

/// <summary>One Dockerfile with what it needs, as a <c>.cases</c> file has it.</summary>
internal sealed record Case
{
    /// <summary><c>GROUP: NAME</c>, by which tests and the table of known differences call it.</summary>
    public required string Id { get; init; }

    /// <summary>More arguments for <c>build</c>.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The context's argument: the directory of the files, unless the case says something else.</summary>
    public string Context { get; init; } = ".";

    /// <summary>More of <c>--output</c>, e.g. <c>rewrite-timestamp=true</c>.</summary>
    public string Output { get; init; } = "";

    /// <summary>Environment of the build.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>What BuildKit's error says; null for a case that builds.</summary>
    public string? TheirError { get; init; }

    /// <summary>What our error says of the same cause.</summary>
    public string? OurError { get; init; }

    public bool IsMeantToFail => TheirError is not null || OurError is not null;

    /// <summary>The Dockerfile and the context's files, by path.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>Base images that BuildKit builds before, by name; each is a Dockerfile.</summary>
    public IReadOnlyDictionary<string, string> BaseImages { get; init; } = new Dictionary<string, string>();

    /// <summary>A shell script that makes what text cannot say: links, modes, archives.</summary>
    public string? Setup { get; init; }

    /// <summary>A shell script between a first and a second build. Then what the second takes from the cache is compared too.</summary>
    public string? Change { get; init; }
}
