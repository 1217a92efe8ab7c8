namespace Buildx.Bake.Compose;

internal static class ComposeTexts
{
    /// <summary>A text, or a list of texts.</summary>
    public static IReadOnlyList<ComposeScalar> List(ComposeNode node, string what) => node switch
    {
        ComposeScalar { IsNull: true } => [],
        ComposeScalar scalar => [scalar],
        ComposeSequence sequence => [.. sequence.Items.Select(item => item is ComposeScalar { Value: string } text
            ? text
            : throw new ComposeException(item.Range, $"{what} is a string, not {item.Kind}"))],
        _ => throw new ComposeException(node.Range, $"{what} is a string or a list of strings, not {node.Kind}"),
    };
}
