namespace Buildx.Engine.Operations.Files;

/// <summary>A file operation that cannot be done as asked. The message is for users; paths in it are those inside the tree.</summary>
internal sealed class FileOperationException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Which action of the operation failed, counted from 0; -1 when it is the operation as a whole.</summary>
    public int ActionIndex { get; init; } = -1;
}
