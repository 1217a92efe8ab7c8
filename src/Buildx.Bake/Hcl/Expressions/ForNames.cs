namespace Buildx.Bake.Hcl.Expressions;

/// <summary>The variables that a <c>for</c> declares.</summary>
internal sealed record ForNames(string? Key, string Value)
{
    public IReadOnlyCollection<string> All => Key is null ? [Value] : [Key, Value];
}
