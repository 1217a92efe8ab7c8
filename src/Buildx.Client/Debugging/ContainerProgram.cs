using System.Collections.Immutable;
using Buildx.Protocol.Pb;

namespace Buildx.Client.Debugging;

/// <summary>What runs in a container: by itself, what the step or the image that it is made of would have run.</summary>
public sealed record ContainerProgram
{
    /// <summary>The program and its arguments.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>What stands before the arguments unless it is replaced; a step has none.</summary>
    public ImmutableArray<string> Entrypoint { get; init; } = [];

    /// <summary>Entries of the form <c>NAME=VALUE</c>; of several with one name the last one counts.</summary>
    public ImmutableArray<string> Environment { get; init; } = [];

    /// <summary>Empty for root.</summary>
    public string User { get; init; } = "";

    /// <summary>Empty for <c>/</c>.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>Whether it runs in a terminal of its own.</summary>
    public bool HasTerminal { get; init; }

    /// <summary>What a step may do, and its secrets that are variables.</summary>
    internal SecurityMode Security { get; init; }

    internal ImmutableArray<SecretEnv> Secrets { get; init; } = [];
}
