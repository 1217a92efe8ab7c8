namespace Buildx.Differential.Tests.Builders;

/// <summary>The lines that an error's excerpt of the Dockerfile marks.</summary>
internal sealed record ErrorPlace(string File, IReadOnlyList<int> Lines)
{
    public override string ToString() => $"{File}, lines {string.Join(' ', Lines)}";
}
