using System.Collections.Immutable;

namespace Buildx.Engine.Execution.Devices;

/// <summary>A program of the machine that the OCI runtime runs at one point of a container's life.</summary>
/// <param name="Stage">As the OCI runtime specification names it, e.g. <c>createContainer</c>.</param>
/// <param name="Timeout">In seconds; null is none.</param>
internal sealed record ContainerHook(string Stage, string Path, ImmutableArray<string> Arguments, ImmutableArray<string> Environment, int? Timeout)
{
    public static ImmutableArray<string> Stages { get; } = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"];
}
