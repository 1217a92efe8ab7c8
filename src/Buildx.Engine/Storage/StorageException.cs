namespace Buildx.Engine.Storage;

/// <summary>The store can't do what it was asked. The message is for users.</summary>
internal sealed class StorageException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Another engine holds the store, perhaps not for long.</summary>
    public bool IsInUse { get; init; }
}
