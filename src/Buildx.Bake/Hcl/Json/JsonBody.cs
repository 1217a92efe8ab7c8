namespace Buildx.Bake.Hcl.Json;

/// <summary>A body written in JSON: an object, or an array of objects that are read one behind the other.</summary>
internal sealed class JsonBody(JsonNode node, IReadOnlySet<string> hidden) : Body(node.Range)
{
    public override SourceRange MissingItemRange => node.Kind == JsonKind.Object ? node.Closing : node.Opening;

    public override IReadOnlyList<HclAttribute> ReadAttributes(DiagnosticBag diagnostics)
    {
        if (node.Kind != JsonKind.Object)
        {
            diagnostics.Error(node.Opening, "a JSON object should stand here, with an attribute for each property");
            return [];
        }
        var attributes = new List<HclAttribute>();
        AddAttributes(node.Properties.Where(property => !property.IsComment && !hidden.Contains(property.Name)), attributes, diagnostics);
        return attributes;
    }

    private protected override BodyContent Read(BodySchema schema, DiagnosticBag diagnostics, bool allowOthers)
    {
        var properties = Collect(node, null, diagnostics).Where(property => !hidden.Contains(property.Name)).ToList();
        var names = schema.Attributes.Select(attribute => attribute.Name).ToHashSet();
        var types = schema.Blocks.ToDictionary(block => block.Type);
        var attributes = new List<HclAttribute>();
        AddAttributes(properties.Where(property => names.Contains(property.Name)), attributes, diagnostics);
        var blocks = new List<HclBlock>();
        foreach (var property in properties)
        {
            if (!names.Contains(property.Name) && types.TryGetValue(property.Name, out var block))
                AddBlocks(property.Value, new Opening(block, property.NameRange), [], [], blocks, diagnostics);
        }
        foreach (var missing in schema.Attributes.Where(attribute => attribute.IsRequired && attributes.TrueForAll(there => there.Name != attribute.Name)))
            diagnostics.Error(MissingItemRange, $"attribute \"{missing.Name}\" is missing here; it is required");
        if (!allowOthers)
        {
            foreach (var other in properties.Where(property => !property.IsComment && !names.Contains(property.Name) && !types.ContainsKey(property.Name)))
            {
                diagnostics.Error(other.NameRange, $"there is no attribute or block \"{other.Name}\" here",
                    Suggestion.Find(other.Name, names.Concat(types.Keys)) is { } near ? $"did you mean {near}?" : null);
            }
        }
        return new BodyContent(attributes, blocks, new JsonBody(node, hidden.Concat(names).Concat(types.Keys).ToHashSet()));
    }

    private static void AddAttributes(IEnumerable<JsonProperty> properties, List<HclAttribute> attributes, DiagnosticBag diagnostics)
    {
        foreach (var property in properties)
        {
            if (attributes.Find(there => there.Name == property.Name) is { } first)
                diagnostics.Error(property.NameRange, $"attribute \"{property.Name}\" was set already, at {first.NameRange}", "each attribute is set once");
            else
                attributes.Add(property.ToAttribute());
        }
    }

    /// <summary>Each label is the name of a property; behind the last one stand one body or several.</summary>
    private static void AddBlocks(JsonNode value, Opening opening, List<string> labels, List<SourceRange> labelRanges, List<HclBlock> blocks, DiagnosticBag diagnostics)
    {
        if (labels.Count < opening.Schema.LabelNames.Count)
        {
            var label = opening.Schema.LabelNames[labels.Count];
            var before = diagnostics.Count;
            var properties = Collect(value, label, diagnostics);
            if (properties.Count == 0 && diagnostics.Count == before)
                diagnostics.Error(value.Opening, $"a block \"{opening.Schema.Type}\" needs a label for its {label}", "write it as the name of a property");
            foreach (var property in properties)
                AddBlocks(property.Value, opening, [.. labels, property.Name], [.. labelRanges, property.NameRange], blocks, diagnostics);
            return;
        }
        switch (value.Kind)
        {
            case JsonKind.Null or JsonKind.Invalid:
                return;
            case JsonKind.Object:
                blocks.Add(ToBlock(value, value.Opening));
                return;
            case JsonKind.Array:
                blocks.AddRange(value.Elements.Select(element => ToBlock(element, value.Opening)));
                return;
            default:
                diagnostics.Error(value.Opening, $"a JSON object, or an array of objects, should stand here for the block \"{opening.Schema.Type}\"");
                return;
        }

        HclBlock ToBlock(JsonNode content, SourceRange definition) =>
            new(opening.Schema.Type, labels, new JsonBody(content, new HashSet<string>()), opening.TypeRange, labelRanges, definition);
    }

    /// <summary>The properties of an object, or of all objects of an array.</summary>
    private static List<JsonProperty> Collect(JsonNode value, string? label, DiagnosticBag diagnostics)
    {
        switch (value.Kind)
        {
            case JsonKind.Null or JsonKind.Invalid:
                return [];
            case JsonKind.Object:
                return [.. value.Properties];
            case JsonKind.Array:
                var properties = new List<JsonProperty>();
                foreach (var element in value.Elements)
                {
                    if (element.Kind == JsonKind.Object)
                        properties.AddRange(element.Properties);
                    else
                        Report(element);
                }
                return properties;
            default:
                Report(value);
                return [];
        }

        void Report(JsonNode wrong) => diagnostics.Error(wrong.Opening,
            label is null ? "a JSON object should stand here, with attributes and blocks" : $"a JSON object should stand here, whose properties' names are the {label}");
    }

    /// <summary>What all blocks of one property share.</summary>
    private sealed record Opening(BlockSchema Schema, SourceRange TypeRange);
}
