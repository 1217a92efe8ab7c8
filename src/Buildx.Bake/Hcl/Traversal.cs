using System.Text;

namespace Buildx.Bake.Hcl;

/// <summary>A reference: a variable and the way from it to a part of its value.</summary>
public sealed record Traversal(string RootName, SourceRange RootRange, IReadOnlyList<TraversalStep> Steps)
{
    public SourceRange Range => Steps.Count == 0 ? RootRange : RootRange.To(Steps[^1].Range);

    /// <summary>As it is written: <c>target.app.tags[0]</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(RootName);
        foreach (var step in Steps)
            text.Append(step);
        return text.ToString();
    }
}
