namespace Buildx.Dockerfile;

/// <summary><c>{}</c>: the value of JSON members whose name is all that counts.</summary>
public sealed record EmptyObject
{
    public static EmptyObject Instance { get; } = new();
}
