using Buildx.Llb;
using Buildx.Oci;

namespace Buildx.Engine.Frontends.Gateway;

/// <summary>A frontend that is about to run: the tree with its program, and how its image says it starts.</summary>
/// <param name="Tree">Null for an empty tree, which can't run anything.</param>
internal sealed record FrontendProgram(string Name, LlbOutput? Tree, ContainerConfig Config)
{
    private const string CapabilitiesLabel = "moby.buildkit.frontend.caps";
    private const string NoNetworkLabel = "moby.buildkit.frontend.network.none";

    public IReadOnlyList<string> Arguments => Config.Entrypoint ?? ["/run"];

    public string WorkingDirectory => Config.WorkingDir is { Length: > 0 } directory ? directory : "/";

    public bool HasNetwork => !BooleanText.IsTrue(Label(NoNetworkLabel));

    /// <summary>What it says it can do beyond the first frontends.</summary>
    public IReadOnlyList<string> Capabilities => Label(CapabilitiesLabel).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private string Label(string name) => Config.Labels is { } labels && labels.TryGetValue(name, out var value) ? value : "";
}
