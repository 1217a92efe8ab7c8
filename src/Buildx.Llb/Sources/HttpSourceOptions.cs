namespace Buildx.Llb;

public sealed record HttpSourceOptions
{
    public Oci.Digest? Checksum { get; init; }

    public string? FileName { get; init; }

    public int? Permissions { get; init; }

    public int UserId { get; init; }

    public int GroupId { get; init; }

    /// <summary>Name of the secret that holds the Authorization header.</summary>
    public string? AuthHeaderSecret { get; init; }
}
