using System.Text;
using Buildx.Oci;

namespace Buildx.Cli.Building;

/// <summary>The names under which a layer is known together with all that are below it (OCI image spec, <c>ChainID</c>).</summary>
internal static class LayerChain
{
    /// <param name="layers">The digests of the layers' tars, the lowest first.</param>
    public static IReadOnlyList<string> Of(IEnumerable<string> layers)
    {
        var chain = new List<string>();
        foreach (var layer in layers)
            chain.Add(chain.Count == 0 ? layer : Digest.Sha256(Encoding.ASCII.GetBytes($"{chain[^1]} {layer}")).Value);
        return chain;
    }
}
