namespace Buildx.Engine.Sources.Local;

/// <summary>A client's directory could not be had. The message is for users.</summary>
internal sealed class LocalSourceException(string message, Exception? inner = null) : Exception(message, inner);
