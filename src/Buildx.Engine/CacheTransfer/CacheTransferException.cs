namespace Buildx.Engine.CacheTransfer;

/// <summary>A cache that can't be imported or exported as asked. The message is for users.</summary>
internal class CacheTransferException(string message, Exception? inner = null) : Exception(message, inner);
