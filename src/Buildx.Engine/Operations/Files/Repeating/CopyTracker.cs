using Buildx.Engine.Trees;
using Buildx.Linux;
using Buildx.Protocol.FileSync;

namespace Buildx.Engine.Operations.Files.Repeating;

/// <summary>Goes along with a copy: notes what it makes, and leaves out what an earlier one has made of the same.</summary>
/// <param name="before">What the earlier copy made; null to make everything.</param>
/// <param name="began">Before the sources were looked at, unless <see cref="Track"/> is told otherwise.</param>
internal sealed class CopyTracker(CopyManifest? before, DateTimeOffset began)
{
    // As with hashes: a later write might leave the times of such a file as they are.
    private static readonly TimeSpan Racy = TimeSpan.FromSeconds(2);

    private static readonly CopiedEntry Nothing = new("", default, null);

    // Where the copy goes on from an earlier one, only the paths.
    private readonly CopyManifest _made = new();
    private int _known;
    private int _changed;

    /// <summary>All that the copy makes; null when it goes on from an earlier one.</summary>
    public CopyManifest? Made => before is null ? _made : null;

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
    /// <param name="scanned">When the entry was looked for, where that was before this began.</param>
    /// <returns>What of it has to be copied; null for nothing.</returns>
    /// <exception cref="CopyNotRepeatableException">It is no addition to what the earlier copy made, or too large a part is another.</exception>
    public TreeEntry? Track(TreeEntry entry, string path, DateTimeOffset? scanned)
    {
        if (!IsComplete)
            return entry;
        if (before is null)
        {
            var lastSure = FileTime.From((scanned ?? began) - Racy).UnixNanoseconds;
            if (!_made.TryAdd(path, Note(entry, lastSure)))
                GiveUp();
            return entry;
        }
        var earlier = before.Find(path);
        // What was a part of something else, or has parts now, can't be compared.
        if (!_made.TryAdd(path, Nothing) || (earlier is null && !before.IsFree(path)))
            GiveUp();
        var changed = Compare(entry, earlier);
        if (_changed > Math.Max(64, before.Count / 4))
            GiveUp();
        return changed;
    }

    private CopiedEntry Note(TreeEntry entry, long lastSure)
    {
        CheckKind(entry);
        _made.Count++;
        var state = CopiedEntry.State.Of(entry);
        var isSure = entry.Status.ChangedAt.UnixNanoseconds <= lastSure && entry.Status.ModifiedAt.UnixNanoseconds <= lastSure;
        var children = entry.Children is null ? null : Array.ConvertAll(entry.Children, child => Note(child, lastSure));
        return new CopiedEntry(entry.Name, isSure ? state : state with { Identity = default }, children);
    }

    /// <returns>What is not as it was; null for nothing.</returns>
    private TreeEntry? Compare(TreeEntry entry, CopiedEntry? earlier)
    {
        CheckKind(entry);
        var state = CopiedEntry.State.Of(entry);
        if (earlier is not null)
        {
            _known++;
            if (!earlier.Source.IsSameType(state))
                GiveUp();
        }
        var isSame = earlier?.Source == state;
        if (!isSame)
            _changed++;
        if (entry.Children is null)
            return isSame ? null : entry;
        List<TreeEntry>? changed = null;
        var at = 0;
        var old = earlier?.Children ?? [];
        foreach (var child in entry.Children)
        {
            // One that is gone is missed in the end, by number.
            while (at < old.Length && RelativePath.CompareNames(old[at].Name, child.Name) < 0)
                at++;
            var same = at < old.Length && old[at].Name == child.Name ? old[at++] : null;
            if (Compare(child, same) is { } difference)
                (changed ??= []).Add(difference);
        }
        return isSame && changed is null
            ? null
            : new TreeEntry(entry.Name, entry.Status) { Children = changed?.ToArray() ?? [], IsSelected = entry.IsSelected };
    }

    // Of hard links, which belong together matters too; special files are rare.
    private void CheckKind(TreeEntry entry)
    {
        var status = entry.Status;
        if (!(status.IsDirectory || status.IsSymbolicLink || (status.IsRegular && status.LinkCount == 1)))
            GiveUp();
    }
}
