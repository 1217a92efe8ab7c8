namespace Buildx.Llb;

public sealed record ImageSourceOptions
{
    /// <summary><c>default</c>, <c>pull</c> or <c>local</c>; not written when null.</summary>
    public string? ResolveMode { get; init; }

    public string? RecordType { get; init; }
}
