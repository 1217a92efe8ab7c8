using Buildx.Oci;
using Buildx.Protocol.Pb;
using Google.Protobuf;

namespace Buildx.Llb;

/// <summary>Writes graphs in the form that BuildKit's API carries.</summary>
public static class LlbDefinition
{
    /// <summary>
    /// Every vertex after its inputs, each once; at the end an operation without content whose only input is the graph's result.
    /// The bytes depend on nothing but the graph.
    /// </summary>
    /// <param name="output">Null for an empty file system, whose definition is empty.</param>
    public static Definition Write(LlbOutput? output)
    {
        var definition = new Definition();
        if (output is null)
            return definition;
        var vertices = LlbGraph.TopologicalOrder(output.Vertex);
        var capabilities = new SortedSet<string>(StringComparer.Ordinal) { "constraints", "platform" };
        var locations = new List<KeyValuePair<string, Locations>>();
        var files = new List<LlbSourceFile>();
        foreach (var vertex in vertices)
        {
            definition.Def.Add(UnsafeByteOperations.UnsafeWrap(vertex.Bytes));
            if (vertex.Metadata.IgnoreCache)
                capabilities.Add("meta.ignorecache");
            if (vertex.Metadata.IsDescribed)
                capabilities.Add("meta.description");
            if (vertex.Metadata.ExportCache is not null)
                capabilities.Add("meta.exportcache");
            if (vertex.Locations.Count == 0)
                continue;
            var places = new Locations();
            foreach (var location in vertex.Locations)
            {
                var place = new Location { SourceIndex = IndexOf(files, location.File) };
                place.Ranges.AddRange(location.Ranges.Select(range => range.ToMessage()));
                places.Locations_.Add(place);
            }
            locations.Add(KeyValuePair.Create(vertex.Digest.Value, places));
        }

        var last = new Op();
        last.Inputs.Add(new Input { Digest = output.Vertex.Digest.Value, Index = output.Index });
        var lastBytes = last.ToByteArray();
        var lastMetadata = new OpMetadata();
        foreach (var capability in capabilities)
            lastMetadata.Caps[capability] = true;
        definition.Def.Add(UnsafeByteOperations.UnsafeWrap(lastBytes));

        // Maps are written in the order in which they were filled.
        foreach (var (digest, value) in InOrder([.. vertices.Select(vertex => KeyValuePair.Create(vertex.Digest.Value, vertex.Metadata.ToMessage())), KeyValuePair.Create(Digest.Sha256(lastBytes).Value, lastMetadata)]))
            definition.Metadata.Add(digest, value);
        definition.Source = new Source();
        foreach (var (digest, value) in InOrder(locations))
            definition.Source.Locations.Add(digest, value);
        foreach (var file in files)
            definition.Source.Infos.Add(file.ToMessage());
        return definition;
    }

    private static List<KeyValuePair<string, T>> InOrder<T>(List<KeyValuePair<string, T>> entries)
    {
        entries.Sort((left, right) => string.CompareOrdinal(left.Key, right.Key));
        return entries;
    }

    private static int IndexOf(List<LlbSourceFile> files, LlbSourceFile file)
    {
        var index = files.FindIndex(known => ReferenceEquals(known, file)
            || (known.FileName == file.FileName && known.Language == file.Language && known.Content.Span.SequenceEqual(file.Content.Span)));
        if (index >= 0)
            return index;
        files.Add(file);
        return files.Count - 1;
    }
}
