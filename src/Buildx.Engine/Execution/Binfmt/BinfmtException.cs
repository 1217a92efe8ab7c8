namespace Buildx.Engine.Execution.Binfmt;

/// <summary>A <c>binfmt</c> command that can't be done. The message says why and what to do.</summary>
public sealed class BinfmtException(string message) : Exception(message);
