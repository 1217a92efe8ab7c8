namespace Buildx.Registry;

/// <summary>PEM files of a client certificate and its key.</summary>
public sealed record RegistryKeyPair(string Key, string Certificate);
