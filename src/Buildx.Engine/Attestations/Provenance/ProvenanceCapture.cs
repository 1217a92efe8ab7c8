using System.Collections.Immutable;
using Buildx.Engine.Solving;
using Buildx.Protocol.Pb;

namespace Buildx.Engine.Attestations.Provenance;

/// <summary>What a build has used, gathered from the graphs that it has solved.</summary>
internal sealed class ProvenanceCapture
{
    private readonly HashSet<SourceMaterial> _materials = [];
    private readonly SortedDictionary<string, bool> _secrets = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, bool> _agents = new(StringComparer.Ordinal);
    private readonly HashSet<Oci.Digest> _visited = [];

    /// <summary>Images, repositories and files of the network, in an order of their own.</summary>
    public ImmutableArray<SourceMaterial> Materials =>
    [
        .. _materials.OfType<ImageMaterial>().OrderBy(image => image.Reference.ToString(), StringComparer.Ordinal).ThenBy(image => image.Platform.ToString(), StringComparer.Ordinal),
        .. _materials.OfType<GitMaterial>().OrderBy(git => git.Url, StringComparer.Ordinal),
        .. _materials.OfType<HttpMaterial>().OrderBy(http => http.Url, StringComparer.Ordinal),
    ];

    public IEnumerable<string> Locals => _materials.OfType<LocalMaterial>().Select(local => local.Name).Order(StringComparer.Ordinal);

    /// <summary>Ids; true where the build could do without.</summary>
    public IReadOnlyDictionary<string, bool> Secrets => _secrets;

    /// <inheritdoc cref="Secrets"/>
    public IReadOnlyDictionary<string, bool> Agents => _agents;

    public bool UsesNetwork { get; private set; }

    public bool IsComplete => !_materials.OfType<LocalMaterial>().Any();

    public void Add(VertexResult result)
    {
        if (!_visited.Add(result.Vertex.Digest))
            return;
        if (result.Material is { } material)
            _materials.Add(material);
        if (result.Vertex.Operation.Exec is { } exec)
            Add(exec);
        foreach (var input in result.Inputs)
            Add(input);
    }

    private void Add(ExecOp exec)
    {
        UsesNetwork |= exec.Network != NetMode.None;
        foreach (var mount in exec.Mounts)
        {
            if (mount is { MountType: MountType.Secret, SecretOpt: { } secret })
                Add(_secrets, secret.ID, secret.Optional);
            else if (mount is { MountType: MountType.Ssh, SSHOpt: { } agent })
                Add(_agents, agent.ID, agent.Optional);
        }
        foreach (var secret in exec.Secretenv)
            Add(_secrets, secret.ID, secret.Optional);
    }

    private static void Add(SortedDictionary<string, bool> ids, string id, bool optional) =>
        ids[id] = optional && (!ids.TryGetValue(id, out var known) || known);
}
