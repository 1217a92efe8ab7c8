using System.Collections.Frozen;

namespace Buildx.Bake.Hcl.Syntax;

/// <summary>A body of the native syntax, where attributes and blocks look different.</summary>
internal sealed class NativeBody(SourceRange range, IReadOnlyList<HclAttribute> attributes, IReadOnlyList<HclBlock> blocks) : Body(range)
{
    public IReadOnlyList<HclAttribute> Attributes { get; } = attributes;

    public IReadOnlyList<HclBlock> Blocks { get; } = blocks;

    public override IReadOnlyList<HclAttribute> ReadAttributes(DiagnosticBag diagnostics)
    {
        foreach (var block in Blocks)
            diagnostics.Error(block.TypeRange, $"a block \"{block.Type}\" cannot stand here, only attributes can", $"an attribute is written {block.Type} = …");
        return Attributes;
    }

    private protected override BodyContent Read(BodySchema schema, DiagnosticBag diagnostics, bool allowOthers)
    {
        var attributeNames = schema.Attributes.Select(attribute => attribute.Name).ToFrozenSet();
        var blockSchemas = schema.Blocks.ToFrozenDictionary(block => block.Type);
        var attributes = Attributes.Where(attribute => attributeNames.Contains(attribute.Name)).ToList();
        var blocks = Blocks.Where(block => blockSchemas.TryGetValue(block.Type, out var found) && HasRightLabels(block, found, diagnostics)).ToList();
        var otherAttributes = Attributes.Where(attribute => !attributeNames.Contains(attribute.Name)).ToList();
        var otherBlocks = Blocks.Where(block => !blockSchemas.ContainsKey(block.Type)).ToList();
        foreach (var missing in schema.Attributes.Where(attribute => attribute.IsRequired && attributes.TrueForAll(there => there.Name != attribute.Name)))
            diagnostics.Error(MissingItemRange, $"attribute \"{missing.Name}\" is missing here; it is required");
        if (!allowOthers)
            ReportOthers(schema, otherAttributes, otherBlocks, diagnostics);
        return new BodyContent(attributes, blocks, new NativeBody(Range, otherAttributes, otherBlocks));
    }

    private static void ReportOthers(BodySchema schema, List<HclAttribute> attributes, List<HclBlock> blocks, DiagnosticBag diagnostics)
    {
        var attributeNames = schema.Attributes.Select(attribute => attribute.Name).ToList();
        var blockTypes = schema.Blocks.Select(block => block.Type).ToList();
        foreach (var attribute in attributes)
        {
            var hint = blockTypes.Contains(attribute.Name) ? $"{attribute.Name} is a block: write it without the equals sign"
                : Suggestion.Find(attribute.Name, attributeNames) is { } near ? $"did you mean {near}?" : null;
            diagnostics.Error(attribute.NameRange, $"there is no attribute \"{attribute.Name}\" here", hint);
        }
        foreach (var block in blocks)
        {
            var hint = attributeNames.Contains(block.Type) ? $"{block.Type} is an attribute: write {block.Type} = …"
                : Suggestion.Find(block.Type, blockTypes) is { } near ? $"did you mean {near}?" : null;
            diagnostics.Error(block.TypeRange, $"there is no block \"{block.Type}\" here", hint);
        }
    }

    private static bool HasRightLabels(HclBlock block, BlockSchema schema, DiagnosticBag diagnostics)
    {
        if (block.Labels.Count < schema.LabelNames.Count)
        {
            diagnostics.Error(block.DefinitionRange, $"a block \"{block.Type}\" needs a label for its {schema.LabelNames[block.Labels.Count]}",
                $"write {block.Type} {string.Concat(schema.LabelNames.Select(name => $"\"{name.ToUpperInvariant()}\" "))}{{ … }}");
            return false;
        }
        if (block.Labels.Count > schema.LabelNames.Count)
        {
            diagnostics.Error(block.LabelRanges[schema.LabelNames.Count], schema.LabelNames.Count == 0
                ? $"a block \"{block.Type}\" has no label"
                : $"a block \"{block.Type}\" has only {schema.LabelNames.Count} label{(schema.LabelNames.Count == 1 ? "" : "s")}: {string.Join(", ", schema.LabelNames)}");
            return false;
        }
        return true;
    }
}
