namespace Buildx.Bake.Compose;

internal sealed record ComposeSequence(IReadOnlyList<ComposeNode> Items, SourceRange Range) : ComposeNode(Range)
{
    public override string Kind => "a list";
}
