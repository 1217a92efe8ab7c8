namespace Buildx.Llb;

/// <summary>A secret of the client's for a command.</summary>
/// <param name="Target">The file to mount it at, null for none.</param>
/// <param name="EnvironmentName">The variable to set to it, null for none.</param>
public sealed record ExecSecret(string Id, string? Target, string? EnvironmentName, bool Optional, uint UserId = 0, uint GroupId = 0, uint Mode = 0b100_000_000);
