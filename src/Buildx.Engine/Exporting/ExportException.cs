namespace Buildx.Engine.Exporting;

/// <summary>A result that cannot be written as it was asked for. The message is for users.</summary>
internal sealed class ExportException(string message, Exception? inner = null) : Exception(message, inner);
