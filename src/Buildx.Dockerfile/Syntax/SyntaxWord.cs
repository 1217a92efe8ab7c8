namespace Buildx.Dockerfile;

/// <summary>A piece of an instruction and its place.</summary>
public sealed record SyntaxWord(string Text, TextRange Range)
{
    public override string ToString() => Text;
}
