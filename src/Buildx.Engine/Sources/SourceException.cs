namespace Buildx.Engine.Sources;

/// <summary>What a build takes from outside is not there, or is not what it should be. The message is for users.</summary>
internal sealed class SourceException(string message, Exception? inner = null) : Exception(message, inner);
