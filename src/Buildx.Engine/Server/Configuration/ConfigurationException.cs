namespace Buildx.Engine.Server.Configuration;

/// <summary>The file or a flag can't be used as it is. The message says which and why.</summary>
public sealed class ConfigurationException(string message, Exception? inner = null) : Exception(message, inner);
