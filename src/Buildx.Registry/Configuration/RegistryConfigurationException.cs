namespace Buildx.Registry;

/// <summary>The configuration of a registry cannot be used. The message is for users.</summary>
public sealed class RegistryConfigurationException(string message, Exception? inner = null) : Exception(message, inner);
