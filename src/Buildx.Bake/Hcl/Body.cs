namespace Buildx.Bake.Hcl;

/// <summary>What stands in a file or between a block's braces: attributes and blocks, read with a schema, since JSON cannot tell one from the other.</summary>
public abstract class Body
{
    private protected Body(SourceRange range) => Range = range;

    public SourceRange Range { get; }

    /// <summary>The place to name when something is missing: the end of the body.</summary>
    public virtual SourceRange MissingItemRange => new(Range.Source, new TextRange(Range.End, Range.End));

    /// <summary>What the schema names; anything else is an error.</summary>
    public BodyContent Read(BodySchema schema, DiagnosticBag diagnostics) => Read(schema, diagnostics, allowOthers: false);

    /// <summary>What the schema names; everything else is in the result's <see cref="BodyContent.Rest"/>.</summary>
    public BodyContent ReadPartly(BodySchema schema, DiagnosticBag diagnostics) => Read(schema, diagnostics, allowOthers: true);

    /// <summary>All attributes, in the order of the text; a block is an error.</summary>
    public abstract IReadOnlyList<HclAttribute> ReadAttributes(DiagnosticBag diagnostics);

    private protected abstract BodyContent Read(BodySchema schema, DiagnosticBag diagnostics, bool allowOthers);
}
