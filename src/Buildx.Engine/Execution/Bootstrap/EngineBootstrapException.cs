namespace Buildx.Engine.Execution.Bootstrap;

/// <summary>The engine can't start here. The message says why and what to do.</summary>
public sealed class EngineBootstrapException(string message) : Exception(message);
