using System.Collections.Immutable;
using Buildx.Linux.Processes;

namespace Buildx.Engine.Execution;

/// <summary>How this executable is started as a helper process of the engine; the helper's name and arguments follow.</summary>
internal sealed record ChildCommand(string Path, ImmutableArray<string> Arguments)
{
    /// <summary>The file that runs now.</summary>
    public static ChildCommand Self() => new(CurrentProcess.ExecutablePath, []);
}
