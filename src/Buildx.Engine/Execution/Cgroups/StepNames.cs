using System.Globalization;

namespace Buildx.Engine.Execution.Cgroups;

/// <summary>Names of containers and cgroups, by which it is known whose they are.</summary>
internal static class StepNames
{
    private const string Prefix = "buildx-";

    public static string OfEngine { get; } = $"{Prefix}{Environment.ProcessId}";

    public static string OfStep(int number) => $"{OfEngine}-{number}";

    /// <summary>Whether a name was given by an engine whose process is gone.</summary>
    public static bool IsOfDeadEngine(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal)
        && name[Prefix.Length..].Split('-') is { Length: <= 2 } numbers
        && numbers.All(number => int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        && !IsAlive(numbers[0]);

    /// <summary>One that has ended, but whose parent has not looked yet, has no command line any more.</summary>
    private static bool IsAlive(string process)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{process}/cmdline").Length > 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e is UnauthorizedAccessException;
        }
    }
}
