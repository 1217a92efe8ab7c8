namespace Buildx.Dockerfile;

/// <summary>A command in shell form (a line for the shell) or exec form (a list of arguments).</summary>
public sealed record ShellCommand(IReadOnlyList<string> Arguments, bool UsesShell, IReadOnlyList<HereDocument> HereDocuments);
