using System.Diagnostics;

namespace Buildx.Cli.Terminal;

/// <summary>Opens addresses for whoever sits here, with what the desktop has for it.</summary>
internal static class Browser
{
    // As freedesktop.org and its relatives call what opens an address.
    private static readonly string[] Openers = ["xdg-open", "x-www-browser", "www-browser"];

    /// <summary>Whether there is a desktop that can show a page.</summary>
    public static bool HasDesktop => new[] { "DISPLAY", "WAYLAND_DISPLAY", "BROWSER" }
        .Any(name => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name)));

    /// <returns>The program that opens it, and the process, its errors redirected; null when there is none.</returns>
    public static (string Name, Process Process)? Start(string link)
    {
        foreach (var opener in Openers)
        {
            try
            {
                return (opener, Process.Start(new ProcessStartInfo(opener, [link]) { RedirectStandardError = true })!);
            }
            catch (System.ComponentModel.Win32Exception)
            {
                continue;
            }
        }
        return null;
    }
}
