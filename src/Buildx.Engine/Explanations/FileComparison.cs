using System.Globalization;
using Buildx.Linux;
using Buildx.Protocol.Explanations;

namespace Buildx.Engine.Explanations;

/// <summary>Says which files of two lists differ, and how.</summary>
internal static class FileComparison
{
    /// <summary>As many are named; of more, how many more there are.</summary>
    private const int MaximumNamed = 50;

    /// <param name="of">Where the files lie.</param>
    public static IReadOnlyList<StepCause> Compare(IReadOnlyDictionary<string, FilePrint> before, IReadOnlyDictionary<string, FilePrint> now, string of)
    {
        var removed = before.Keys.Where(path => !now.ContainsKey(path)).ToList();
        var added = now.Keys.Where(path => !before.ContainsKey(path)).ToList();
        var causes = new List<StepCause>();
        TakeRenames(before, now, removed, added, of, causes);
        causes.AddRange(WithoutContents(before, removed).Select(path => File(path, CauseChanges.Removed)));
        causes.AddRange(WithoutContents(now, added).Select(path => File(path, CauseChanges.Added)));
        foreach (var (path, print) in now)
        {
            if (before.TryGetValue(path, out var old) && old != print)
                causes.Add(Difference(path, old, print));
        }
        causes.Sort((first, second) => string.CompareOrdinal(first.Subject, second.Subject));
        return causes.Count <= MaximumNamed
            ? causes
            : [.. causes[..MaximumNamed], new StepCause(CauseKinds.Files, (causes.Count - MaximumNamed).ToString(CultureInfo.InvariantCulture), Of: of)];

        StepCause File(string path, string change) => new(CauseKinds.File, Show(path), change, Of: of);

        StepCause Difference(string path, FilePrint old, FilePrint print)
        {
            if (old.Type != print.Type)
                return new(CauseKinds.File, Show(path), CauseChanges.Kind, Of: of);
            if (!old.HasContentOf(print))
                return File(path, print.Type == FileType.SymbolicLink ? CauseChanges.Link : CauseChanges.Content);
            if (old.Mode != print.Mode)
                return new(CauseKinds.File, Show(path), CauseChanges.Mode, Octal(old.Mode), Octal(print.Mode), of);
            return (old.Uid, old.Gid) == (print.Uid, print.Gid)
                ? File(path, CauseChanges.Attributes)
                : new(CauseKinds.File, Show(path), CauseChanges.Owner, $"{old.Uid}:{old.Gid}", $"{print.Uid}:{print.Gid}", of);
        }
    }

    /// <summary>One file that is gone and one that is new, with the same content, is one file with another name.</summary>
    private static void TakeRenames(
        IReadOnlyDictionary<string, FilePrint> before, IReadOnlyDictionary<string, FilePrint> now, List<string> removed, List<string> added, string of, List<StepCause> causes)
    {
        var gone = removed.Where(path => before[path] is { Type: FileType.Regular, Size: > 0 }).ToLookup(path => (before[path].Content, before[path].Size));
        var come = added.Where(path => now[path].Type == FileType.Regular).ToLookup(path => (now[path].Content, now[path].Size));
        var renamed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var same in gone)
        {
            if (same.ToList() is not [var path] || come[same.Key].ToList() is not [var other])
                continue;
            causes.Add(new StepCause(CauseKinds.File, Show(other), CauseChanges.Renamed, Show(path), Of: of));
            renamed.UnionWith([path, other]);
        }
        removed.RemoveAll(renamed.Contains);
        added.RemoveAll(renamed.Contains);
    }

    /// <summary>A directory that came or went says it for all that is in it.</summary>
    private static IEnumerable<string> WithoutContents(IReadOnlyDictionary<string, FilePrint> files, List<string> paths)
    {
        var directories = paths.Where(path => files[path].Type == FileType.Directory).Select(path => path.TrimEnd('/') + "/").ToHashSet(StringComparer.Ordinal);
        return paths.Where(path => !Parents(path).Any(directories.Contains));
    }

    private static IEnumerable<string> Parents(string path)
    {
        for (var at = path.LastIndexOf('/'); at > 0; at = path.LastIndexOf('/', at - 1))
            yield return path[..(at + 1)];
    }

    private static string Show(string path) => path.TrimStart('/') is { Length: > 0 } relative ? relative : "/";

    private static string Octal(uint mode) => Convert.ToString(mode & 0xfff, 8).PadLeft(4, '0');
}
