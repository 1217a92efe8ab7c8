using System.Globalization;

namespace Buildx.Client.Progress;

/// <param name="LogLines">How many lines of log a running step shows.</param>
/// <param name="Refresh">How often the screen is redrawn.</param>
internal sealed record TtyOptions(int LogLines = 6, TimeSpan? Refresh = null)
{
    public static TtyOptions Read(Func<string, string?> environment) => new(
        Number("BUILDKIT_TTY_LOG_LINES", environment) ?? 6,
        TimeSpan.FromMilliseconds(Number("TTY_DISPLAY_RATE", environment) ?? 150));

    private static int? Number(string name, Func<string, string?> environment) =>
        int.TryParse(environment(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0 ? value : null;
}
