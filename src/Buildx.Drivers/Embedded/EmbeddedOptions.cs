using System.Globalization;

namespace Buildx.Drivers.Embedded;

/// <summary>The <c>--driver-opt</c>s of the embedded driver.</summary>
/// <param name="IdleTimeout">After how long without work the engine leaves, as buildkitd's duration text; <c>0</c>: never.</param>
public sealed record EmbeddedOptions(string IdleTimeout)
{
    public const string DefaultIdleTimeout = "5m";

    /// <summary>Overrides the idle timeout of every embedded builder.</summary>
    public const string IdleTimeoutVariable = "BUILDX_ENGINE_IDLE_TIMEOUT";

    /// <exception cref="DriverException">An unknown option or a bad value.</exception>
    public static EmbeddedOptions Parse(IReadOnlyDictionary<string, string>? options)
    {
        var idle = DefaultIdleTimeout;
        foreach (var (name, value) in options ?? new Dictionary<string, string>())
        {
            idle = name == "idle-timeout"
                ? CheckDuration($"--driver-opt {name}", value)
                : throw new DriverException($"--driver-opt: the driver {EmbeddedDriver.DriverName} has no option \"{name}\" (it has: idle-timeout=DURATION)");
        }
        if (Environment.GetEnvironmentVariable(IdleTimeoutVariable) is { Length: > 0 } overriding)
            idle = CheckDuration(IdleTimeoutVariable, overriding);
        return new EmbeddedOptions(idle);
    }

    private static string CheckDuration(string where, string text)
    {
        if (text == "0")
            return text;
        var rest = text.AsSpan();
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExcept("0123456789.");
            var unit = digits > 0 && double.TryParse(rest[..digits], CultureInfo.InvariantCulture, out _)
                ? rest[digits..] is ['m', 's', ..] ? 2 : rest[digits] is 'h' or 'm' or 's' ? 1 : 0
                : 0;
            if (unit == 0)
                throw new DriverException($"{where}: \"{text}\" is not a duration (want e.g. 90s, 5m, 1h30m, or 0 for never)");
            rest = rest[(digits + unit)..];
        }
        return text.Length > 0 ? text : throw new DriverException($"{where}: the duration is empty (want e.g. 5m, or 0 for never)");
    }
}
