using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Buildx.Bake.Compose;

/// <summary>Turns YAML into <see cref="ComposeNode"/>s: aliases and merge keys are followed, scalars have their types.</summary>
internal sealed class ComposeParser
{
    // As much as a file may say, counted with what its aliases repeat.
    private const int MaximumNodes = 100_000;

    private readonly SourceText _source;
    private readonly HashSet<YamlNode> _open = new(ReferenceEqualityComparer.Instance);
    private int _nodes;

    private ComposeParser(SourceText source) => _source = source;

    /// <summary>The documents of a file; one that is empty is left out.</summary>
    /// <exception cref="ComposeException">It is no YAML.</exception>
    public static IReadOnlyList<ComposeNode> Parse(SourceText source)
    {
        var parser = new ComposeParser(source);
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(source.Text));
        }
        catch (YamlException e)
        {
            throw new ComposeException(parser.At(e.Start, e.End), $"this is not YAML: {e.InnerException?.Message ?? e.Message}");
        }
        return [.. stream.Documents.Select(document => parser.Convert(document.RootNode))];
    }

    private ComposeNode Convert(YamlNode node)
    {
        if (++_nodes > MaximumNodes)
            throw new ComposeException(At(node), $"the file has more than {MaximumNodes} values, counted with what its aliases repeat");
        var tag = node.Tag.IsEmpty ? "" : node.Tag.Value;
        var composeTag = tag switch
        {
            "!override" => ComposeTag.Override,
            "!reset" => ComposeTag.Reset,
            _ => ComposeTag.None,
        };
        if (node is YamlScalarNode scalar)
            return new ComposeScalar(YamlScalars.Resolve(scalar, tag), At(node)) { Tag = composeTag };
        if (!_open.Add(node))
            throw new ComposeException(At(node), "an alias here contains itself");
        ComposeNode converted = node switch
        {
            YamlSequenceNode sequence => new ComposeSequence([.. sequence.Children.Select(Convert)], At(node)) { Tag = composeTag },
            YamlMappingNode mapping => ConvertMapping(mapping) with { Tag = composeTag },
            _ => throw new ComposeException(At(node), "this is no value"),
        };
        _open.Remove(node);
        return converted;
    }

    private ComposeMapping ConvertMapping(YamlMappingNode mapping)
    {
        var entries = new List<ComposeEntry>();
        var merged = new List<ComposeMapping>();
        foreach (var (keyNode, valueNode) in mapping.Children)
        {
            if (keyNode is not YamlScalarNode { Value: { } key } scalar)
                throw new ComposeException(At(keyNode), "a key is a string");
            if (key == "<<" && scalar.Style == ScalarStyle.Plain)
                merged.AddRange(Merged(valueNode));
            else
                entries.Add(new ComposeEntry(key, At(keyNode), Convert(valueNode)));
        }
        // What stands here itself comes before what is merged, and of that the first.
        foreach (var entry in merged.SelectMany(other => other.Entries))
        {
            if (!entries.Exists(known => known.Key == entry.Key))
                entries.Add(entry);
        }
        return new ComposeMapping(entries, At(mapping));
    }

    private IEnumerable<ComposeMapping> Merged(YamlNode node) => Convert(node) switch
    {
        ComposeMapping mapping => [mapping],
        ComposeSequence sequence when sequence.Items.All(item => item is ComposeMapping) => sequence.Items.OfType<ComposeMapping>(),
        var other => throw new ComposeException(other.Range, $"only mappings can be merged with <<, not {other.Kind}"),
    };

    private SourceRange At(YamlNode node) => At(node.Start, node.End);

    private SourceRange At(Mark start, Mark end) => _source.At(new TextRange(Position(start), Position(end)));

    private static TextPosition Position(Mark mark) => new((int)mark.Line, (int)mark.Column);
}
