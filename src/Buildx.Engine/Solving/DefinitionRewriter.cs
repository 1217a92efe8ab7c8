using Buildx.Oci;
using Buildx.Protocol.Pb;
using Google.Protobuf;

namespace Buildx.Engine.Solving;

/// <summary>Changes operations of a graph; those who use them then name them by their new digests.</summary>
internal static class DefinitionRewriter
{
    /// <param name="change">Changes an operation, given with its digest, and says whether it did.</param>
    /// <returns>The same graph where nothing was changed.</returns>
    public static Definition Rewrite(Definition definition, Func<Op, string, bool> change)
    {
        var digests = new Dictionary<string, string>();
        var result = definition.Clone();
        for (var i = 0; i < result.Def.Count; i++)
        {
            var operation = Op.Parser.ParseFrom(result.Def[i]);
            var before = Digest.Sha256(result.Def[i].Span).Value;
            var changed = change(operation, before);
            // Inputs stand before those who use them.
            foreach (var input in operation.Inputs)
            {
                if (!digests.TryGetValue(input.Digest, out var now))
                    continue;
                input.Digest = now;
                changed = true;
            }
            if (!changed)
                continue;
            result.Def[i] = operation.ToByteString();
            digests[before] = Digest.Sha256(result.Def[i].Span).Value;
        }
        foreach (var (before, now) in digests)
        {
            if (result.Metadata.Remove(before, out var metadata))
                result.Metadata[now] = metadata;
            if (result.Source is { } source && source.Locations.Remove(before, out var locations))
                source.Locations[now] = locations;
        }
        return digests.Count == 0 ? definition : result;
    }
}
