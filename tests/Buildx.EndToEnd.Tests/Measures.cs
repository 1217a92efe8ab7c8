using System.Globalization;

namespace Buildx.EndToEnd.Tests;

/// <summary>What a running engine holds.</summary>
/// <param name="Locks">Of whole files; those of the database's pages come and go with its connections.</param>
/// <param name="Memory">Resident bytes that are no file's.</param>
internal sealed record Measures(int Processes, int Mounts, int Descriptors, int Locks, long Memory)
{
    public static Measures Of(int engine) => new(
        Workplace.Descendants(engine).Count,
        Workplace.Mounts(engine).Count,
        Directory.GetFiles($"/proc/{engine}/fd").Length,
        File.ReadAllLines("/proc/locks").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Count(words => words.Contains("FLOCK") && words.Contains(engine.ToString(CultureInfo.InvariantCulture))),
        Anonymous(engine));

    private static long Anonymous(int engine)
    {
        var line = File.ReadAllLines($"/proc/{engine}/status").First(line => line.StartsWith("RssAnon:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) << 10;
    }
}
