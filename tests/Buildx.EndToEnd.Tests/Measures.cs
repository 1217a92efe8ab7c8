using System.Globalization;
using System.Text.RegularExpressions;

namespace Buildx.EndToEnd.Tests;

/// <summary>What a running engine holds.</summary>
/// <param name="Files">What its descriptors are open for, each kind or file with how often.</param>
/// <param name="Locked">Files that are locked as a whole; locks of the database's pages come and go with its connections.</param>
/// <param name="Memory">Resident bytes that are no file's.</param>
internal sealed partial record Measures(int Processes, int Mounts, int Descriptors, IReadOnlyDictionary<string, int> Files, IReadOnlyList<string> Locked, long Memory)
{
    /// <param name="directory">Mounts count that are below it.</param>
    public static Measures Of(int engine, string directory)
    {
        var files = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var locked = new List<string>();
        foreach (var descriptor in Directory.GetFiles($"/proc/{engine}/fd"))
        {
            if (Inspect(descriptor) is not var (target, isLocked))
                continue;
            var name = NumberPattern().Replace(Path.GetFileName(target), "N");
            files[name] = files.GetValueOrDefault(name) + 1;
            if (isLocked)
                locked.Add(target);
        }
        return new Measures(Workplace.Descendants(engine).Count, Workplace.Mounts(engine, directory).Count, files.Values.Sum(), files, locked, Anonymous(engine));
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Processes} processes, {Mounts} mounts, {Descriptors} descriptors, {Memory >> 20} MB; locked: {string.Join(' ', Locked)}");

    /// <summary>What is open now, and was not before.</summary>
    public string MoreThan(Measures before) => string.Join(
        ", ", Files.Where(file => file.Value > before.Files.GetValueOrDefault(file.Key)).Select(file => $"{file.Key}: {before.Files.GetValueOrDefault(file.Key)} → {file.Value}"));

    /// <returns>Null when it was closed meanwhile.</returns>
    private static (string Target, bool IsLocked)? Inspect(string descriptor)
    {
        try
        {
            var information = File.ReadAllText(descriptor.Replace("/fd/", "/fdinfo/", StringComparison.Ordinal));
            return File.ResolveLinkTarget(descriptor, returnFinalTarget: false) is { } target
                ? (target.FullName, information.Contains("FLOCK", StringComparison.Ordinal))
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static long Anonymous(int engine)
    {
        var line = File.ReadAllLines($"/proc/{engine}/status").First(line => line.StartsWith("RssAnon:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) << 10;
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex NumberPattern();
}
