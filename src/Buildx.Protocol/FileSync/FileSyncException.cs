namespace Buildx.Protocol.FileSync;

/// <summary>A transfer of files failed: on the other side, or because what came from there is not acceptable.</summary>
public sealed class FileSyncException(string message, Exception? innerException = null) : IOException(message, innerException);
