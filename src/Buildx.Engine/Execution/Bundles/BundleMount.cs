using System.Collections.Immutable;

namespace Buildx.Engine.Execution.Bundles;

/// <summary>An entry of <c>mounts</c> in an OCI runtime configuration.</summary>
internal sealed record BundleMount(string Destination, string Type, string Source, ImmutableArray<string> Options)
{
    public static BundleMount Bind(string destination, string source, bool readOnly, params ReadOnlySpan<string> options) =>
        new(destination, "bind", source, [.. options, "rbind", readOnly ? "ro" : "rw"]);
}
