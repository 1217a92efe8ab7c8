namespace Buildx.Diagnostics;

/// <summary>A piece of a text; <paramref name="End"/> is the place after its last character.</summary>
public readonly record struct TextRange(TextPosition Start, TextPosition End)
{
    /// <summary>Whole lines.</summary>
    public static TextRange Lines(int first, int last) => new(new TextPosition(first, 1), new TextPosition(last, int.MaxValue));

    public override string ToString() => Start.ToString();
}
