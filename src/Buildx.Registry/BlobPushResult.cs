namespace Buildx.Registry;

/// <summary>How a blob got to where it was pushed.</summary>
public enum BlobPushResult
{
    /// <summary>It was there.</summary>
    Existed,

    /// <summary>The registry took it from another of its repositories.</summary>
    Mounted,

    Uploaded,
}
