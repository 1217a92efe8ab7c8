using Microsoft.Extensions.Logging;

namespace Buildx.Engine.Server;

/// <summary>What the engine says while it runs; the words that supervisors wait for are buildkitd's.</summary>
internal static partial class EngineLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "running server on {Address}")]
    public static partial void RunningOn(this ILogger logger, string address);

    [LoggerMessage(Level = LogLevel.Information, Message = "debug pages on {Address}")]
    public static partial void DebugPagesOn(this ILogger logger, string address);

    [LoggerMessage(Level = LogLevel.Information, Message = "stopping server")]
    public static partial void Stopping(this ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Message}")]
    public static partial void Warn(this ILogger logger, string message);

    [LoggerMessage(Level = LogLevel.Information, Message = "found worker {Id}, platforms {Platforms}")]
    public static partial void FoundWorker(this ILogger logger, string id, string platforms);
}
