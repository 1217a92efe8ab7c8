namespace Buildx.Registry;

/// <summary>One error of a registry's JSON answer, e.g. <c>MANIFEST_UNKNOWN</c>.</summary>
public sealed record RegistryError(string Code, string Message);
