using Microsoft.Extensions.Logging;

namespace Buildx.Engine.Server.Configuration;

/// <param name="IsJson">One JSON object a line instead of text.</param>
internal sealed record LogConfiguration(LogLevel Level, bool IsJson)
{
    public static LogConfiguration Default { get; } = new(LogLevel.Information, IsJson: false);

    /// <exception cref="ConfigurationException">An unknown level or format.</exception>
    public static LogConfiguration Parse(string? level, string? format) => new(
        level?.ToLowerInvariant() switch
        {
            null or "" or "info" => LogLevel.Information,
            "trace" => LogLevel.Trace,
            "debug" => LogLevel.Debug,
            "warn" or "warning" => LogLevel.Warning,
            "error" => LogLevel.Error,
            "fatal" or "panic" => LogLevel.Critical,
            _ => throw new ConfigurationException($"log level \"{level}\" is not known: want trace, debug, info, warn, error, fatal or panic"),
        },
        format switch
        {
            null or "" or "text" => false,
            "json" => true,
            _ => throw new ConfigurationException($"log format \"{format}\" is not known: want text or json"),
        });
}
