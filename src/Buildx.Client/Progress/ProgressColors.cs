using System.Globalization;

namespace Buildx.Client.Progress;

/// <summary>The displays' colours as escape sequences; empty for none.</summary>
/// <param name="Log">Of the lines that a running step writes.</param>
internal sealed record ProgressColors(string Run, string Cancel, string Error, string Warning, string Log)
{
    public static ProgressColors None { get; } = new("", "", "", "", "");

    public static ProgressColors Default { get; } = new("\e[34m", "\e[33m", "\e[31m", "\e[33m", "\e[2m");

    /// <summary>By NO_COLOR and BUILDKIT_COLORS (<c>run=green:error=255,0,0</c>); parts of it that make no sense are ignored.</summary>
    public static ProgressColors Read(Func<string, string?> environment)
    {
        if (!string.IsNullOrEmpty(environment("NO_COLOR")))
            return None;
        var colors = Default;
        foreach (var field in (environment("BUILDKIT_COLORS") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            if (field.Split('=') is not [var key, var value] || ParseColor(value.Trim('"')) is not { } color)
                continue;
            colors = key.ToLowerInvariant() switch
            {
                "run" => colors with { Run = color },
                "cancel" => colors with { Cancel = color },
                "error" => colors with { Error = color },
                "warning" => colors with { Warning = color },
                _ => colors,
            };
        }
        return colors;
    }

    public static string Apply(string color, string text) => color.Length == 0 ? text : $"{color}{text}\e[0m";

    private static string? ParseColor(string value)
    {
        string[] names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
        var name = value.ToLowerInvariant();
        if (name == "default")
            return "\e[39m";
        var isLight = name.StartsWith("light-", StringComparison.Ordinal);
        var index = Array.IndexOf(names, isLight ? name[6..] : name);
        if (index >= 0)
            return string.Create(CultureInfo.InvariantCulture, $"\e[{(isLight ? 90 : 30) + index}m");
        var parts = value.Split(',');
        if (parts.Length != 3 || !parts.All(part => byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            return null;
        return $"\e[38;2;{parts[0]};{parts[1]};{parts[2]}m";
    }
}
