using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Buildx.Linux.Processes;

/// <summary>A program to start, and what it gets. Nothing else of this process's descriptors is inherited.</summary>
/// <param name="Path">The executable; found by <see cref="ExecutableSearch"/>, not by the system.</param>
/// <param name="Arguments">Without the program's own name.</param>
public sealed record ProcessStart(string Path, ImmutableArray<string> Arguments)
{
    /// <summary><c>NAME=VALUE</c>; null hands on this process's environment.</summary>
    public ImmutableArray<string>? Environment { get; init; }

    public string? WorkingDirectory { get; init; }

    /// <summary>Becomes standard input; null is <c>/dev/null</c>.</summary>
    public SafeHandle? Input { get; init; }

    /// <summary>Becomes standard output; null is <c>/dev/null</c>.</summary>
    public SafeHandle? Output { get; init; }

    /// <summary>Becomes standard error; null is <c>/dev/null</c>.</summary>
    public SafeHandle? Error { get; init; }

    /// <summary>Further descriptors: the number the program knows, and what is behind it.</summary>
    public ImmutableArray<(int Number, SafeHandle Handle)> Descriptors { get; init; } = [];

    public ProcessGroup Group { get; init; } = ProcessGroup.New;
}
