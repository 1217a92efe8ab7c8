using System.Text.Json;

namespace Buildx.Engine.Execution;

/// <summary>Why the OCI runtime could not start a process, in the words that users know.</summary>
/// <param name="ExitCode">What a shell gives for it (126, 127); null when it isn't about the program that was to run.</param>
internal sealed record RuntimeFailure(string Message, int? ExitCode)
{
    private const int NotFound = 127;
    private const int NotExecutable = 126;

    /// <param name="log">The runtime's log, one JSON object per line.</param>
    /// <param name="printed">What it printed instead of the container.</param>
    /// <returns>Null when the runtime did not fail.</returns>
    public static RuntimeFailure? Find(string log, string printed, ExecutionSpec spec)
    {
        string? message = null;
        foreach (var line in log.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            message = ReadError(line) ?? message;
        foreach (var line in printed.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            message ??= ReadError(line);
        return message is null ? null : Classify(message, spec);
    }

    private static RuntimeFailure Classify(string message, ExecutionSpec spec)
    {
        var program = spec.Args.IsDefaultOrEmpty ? "" : spec.Args[0];
        if (message.Contains("not found in $PATH", StringComparison.Ordinal))
            return new RuntimeFailure($"exec: \"{program}\": executable file not found in $PATH", NotFound);
        // crun names what it could not run, runc writes exec: "…".
        var isProgram = message.Contains($"`{program}`", StringComparison.Ordinal) || message.Contains($"exec: \"{program}\"", StringComparison.Ordinal)
            || message.Contains("open executable", StringComparison.Ordinal) || message.Contains("exec user process", StringComparison.Ordinal) || message.Contains("exec container process", StringComparison.Ordinal);
        if (isProgram && message.Contains("ermission denied", StringComparison.Ordinal))
            return new RuntimeFailure($"exec: \"{program}\": permission denied", NotExecutable);
        if (isProgram && message.Contains("o such file or directory", StringComparison.Ordinal))
            return new RuntimeFailure($"exec: \"{program}\": stat {program}: no such file or directory (or its interpreter is missing)", NotFound);
        if (message.Contains("xec format error", StringComparison.Ordinal))
            return new RuntimeFailure($"exec: \"{program}\": exec format error (it is not a program for {spec.Platform}, or it lacks its #! line)", NotExecutable);
        if (message.Contains("chdir", StringComparison.Ordinal) || message.Contains("cwd", StringComparison.Ordinal))
            return new RuntimeFailure($"the working directory {spec.WorkingDirectory} can't be entered: {message}", null);
        return new RuntimeFailure(message, null);
    }

    private static string? ReadError(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.TryGetProperty("level", out var level) && level.GetString() is "error" or "fatal"
                && json.RootElement.TryGetProperty("msg", out var message) ? message.GetString() : null;
        }
        catch (JsonException)
        {
            return line;
        }
    }
}
