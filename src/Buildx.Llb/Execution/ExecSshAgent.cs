namespace Buildx.Llb;

/// <summary>A socket of the client's ssh agent for a command.</summary>
/// <param name="Target">Null for the default, <c>/run/buildkit/ssh_agent.N</c>.</param>
public sealed record ExecSshAgent(string Id, string? Target, bool Optional, uint UserId = 0, uint GroupId = 0, uint Mode = 0b110_000_000);
