namespace Buildx.Registry;

/// <summary>Stored credentials cannot be read or written. The message is for users and holds no secret.</summary>
public sealed class CredentialStoreException(string message, Exception? inner = null) : Exception(message, inner);
