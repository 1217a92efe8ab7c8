using Buildx.Engine.Trees;
using Buildx.Linux;

namespace Buildx.Engine.Operations.Files.Repeating;

/// <summary>Goes along with a copy: notes what it makes, and leaves out what an earlier one has made of the same.</summary>
/// <param name="before">What the earlier copy made; null to make everything.</param>
/// <param name="began">Before the sources were looked at.</param>
internal sealed class CopyTracker(CopyManifest? before, DateTimeOffset began)
{
    // As with hashes: a later write might leave the times of such a file as they are.
    private static readonly TimeSpan Racy = TimeSpan.FromSeconds(2);

    private readonly long _lastSure = FileTime.From(began - Racy).UnixNanoseconds;
    private int _known;
    private int _changed;

    // Shortened paths, where nothing else keeps them.
    private readonly HashSet<UInt128> _visited = new(before?.Count ?? 0);

    /// <summary>All that the copy makes; null when it goes on from an earlier one.</summary>
    public CopyManifest? Made { get; } = before is null ? new() : null;

    /// <summary>Whether what is tracked says all there is to say of what was copied.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>Whether everything that the earlier copy made is still made.</summary>
    public bool KeepsAll => before is null || _known == before.Count;

    /// <summary>What is copied can't be told from what it was before.</summary>
    /// <exception cref="CopyNotRepeatableException">There is an earlier copy to go on from.</exception>
    public void GiveUp()
    {
        IsComplete = false;
        if (before is not null)
            throw new CopyNotRepeatableException();
    }

    /// <param name="entry">What is about to be copied.</param>
    /// <param name="path">Where to.</param>
    /// <returns>What of it has to be copied; null for nothing.</returns>
    /// <exception cref="CopyNotRepeatableException">It is no addition to what the earlier copy made, or too large a part is another.</exception>
    public TreeEntry? Track(TreeEntry entry, string path)
    {
        if (!IsComplete)
            return entry;
        var changed = Visit(entry, path);
        if (before is not null && _changed > Math.Max(64, before.Count / 4))
            GiveUp();
        return before is null ? entry : changed;
    }

    private TreeEntry? Visit(TreeEntry entry, string path)
    {
        var status = entry.Status;
        // Of hard links, which belong together matters too; special files are rare.
        if (!(status.IsDirectory || status.IsSymbolicLink || (status.IsRegular && status.LinkCount == 1)))
            GiveUp();
        var state = CopyManifest.State.Of(entry);
        var key = CopyManifest.Shorten(path);
        var earlier = before?.Find(key);
        var isSure = status.ChangedAt.UnixNanoseconds <= _lastSure && status.ModifiedAt.UnixNanoseconds <= _lastSure;
        if (!(Made?.TryAdd(key, isSure ? state : state with { Identity = default }) ?? _visited.Add(key)))
            GiveUp();
        if (earlier is { } known)
        {
            _known++;
            if (!known.IsSameType(state))
                GiveUp();
        }
        var isSame = earlier == state;
        if (!isSame)
            _changed++;
        if (entry.Children is null)
            return isSame ? null : entry;
        var children = new List<TreeEntry>();
        foreach (var child in entry.Children)
        {
            if (Visit(child, TreePath.Join(path, child.Name)) is { } changed)
                children.Add(changed);
        }
        return isSame && children.Count == 0
            ? null
            : new TreeEntry(entry.Name, status) { Children = [.. children], IsSelected = entry.IsSelected };
    }
}
