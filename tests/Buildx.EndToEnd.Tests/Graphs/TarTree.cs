using System.Formats.Tar;
using System.Text;

namespace Buildx.EndToEnd.Tests.Graphs;

/// <summary>A build's result as the exporter <c>tar</c> wrote it: every file with what it is.</summary>
internal sealed class TarTree
{
    private readonly SortedDictionary<string, TarFile> _entries = new(StringComparer.Ordinal);

    private TarTree()
    {
    }

    public IReadOnlyDictionary<string, TarFile> Entries => _entries;

    public static TarTree Read(string archive)
    {
        var tree = new TarTree();
        using var file = File.OpenRead(archive);
        using var reader = new TarReader(file);
        while (reader.GetNextEntry(copyData: true) is { } entry)
        {
            var name = entry.Name.Trim('/');
            name = name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name;
            if (name is "" or ".")
                continue;
            using var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            tree._entries[name] = new TarFile(entry, content.ToArray());
        }
        return tree;
    }

    /// <summary>Everything about every file but a directory's times, one line each, to compare trees with.</summary>
    public string Describe() => string.Join('\n', _entries.Select(entry => $"{entry.Key}: {entry.Value}"));

    /// <summary>The same, with each name of a file as a file of its own.</summary>
    public string DescribeUnlinked() => string.Join('\n', _entries.Select(entry => $"{entry.Key}: {_entries[FirstName(entry.Key)]}"));

    /// <summary>Whether all names that belong to one file in the other tree do so in this one.</summary>
    public bool HasLinksOf(TarTree other) => other._entries.Keys.All(name => FirstName(name) == FirstName(other.FirstName(name)));

    public (string Mode, uint Uid, uint Gid, DateTimeOffset Time) Describe(string path)
    {
        var entry = _entries[path].Entry;
        return (_entries[path].Permissions, (uint)entry.Uid, (uint)entry.Gid, entry.ModificationTime);
    }

    public string Text(string path) => Encoding.UTF8.GetString(_entries[path].Content);

    public string LinkTarget(string path) => _entries[path].Entry.LinkName;

    public IReadOnlyList<string> Names(string directory)
    {
        var prefix = directory.Length == 0 ? "" : directory + "/";
        return [.. _entries.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && !name[prefix.Length..].Contains('/')).Select(name => name[prefix.Length..])];
    }

    /// <summary>Paths of all that is no directory.</summary>
    public IReadOnlyList<string> Files() => [.. _entries.Where(entry => entry.Value.Entry.EntryType != TarEntryType.Directory).Select(entry => entry.Key)];

    private string FirstName(string path) => _entries[path].Entry is { EntryType: TarEntryType.HardLink, LinkName: var first } ? first.Trim('/') : path;
}
