using System.Collections.Immutable;
using System.Security.Cryptography;
using Buildx.Engine.Operations.Files;
using Buildx.Engine.Trees;
using Buildx.Linux;
using Buildx.Oci;
using Buildx.Protocol.FileSync.Patterns;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.CacheTransfer.Keys;

/// <summary>BuildKit's checksum of one selection of a tree: a path, or everything that wildcards and patterns pick.</summary>
internal sealed class SelectionChecksum(TreeChecksum checksum, SafeFileHandle root, FileTree tree, CancellationToken cancellationToken)
{
    private readonly List<Picked> _picked = [];
    private PatternMatcher? _includes;
    private PatternMatcher? _excludes;

    /// <returns>As BuildKit computes it now, and as it did before its version 0.25 or so.</returns>
    public (Digest Current, Digest Older) Compute(ChecksumSelection selection)
    {
        var endsInSlash = selection.Path.EndsWith('/');
        var path = TreePath.Clean(selection.Path);
        if (!selection.IsFiltered)
        {
            var (entry, place) = Find(path, selection.FollowLinks) ?? throw new FileOperationException($"\"{path}\": not found");
            return Same(checksum.Of(entry, place));
        }
        _includes = Parse(selection.IncludePatterns);
        _excludes = Parse(selection.ExcludePatterns);
        var pattern = TreePath.Split(path);
        var plain = selection.Wildcard ? pattern.TakeWhile(part => !PathGlob.HasWildcard(part)).Count() : pattern.Length;
        var prefix = plain == 0 ? "" : "/" + string.Join('/', pattern, 0, plain);
        if (Find(plain == 0 ? "/" : prefix, followLast: plain < pattern.Length) is { } top)
        {
            Visit(new Visited(top.Entry, top.Place, prefix, Matched: null, Parent: null), new Wanted(
                path == "/" ? "" : path, selection.Wildcard ? pattern : null, endsInSlash, selection.FollowLinks));
        }
        return Combine(selection, path, prefix);
    }

    private (Digest Current, Digest Older) Combine(ChecksumSelection selection, string path, string prefix)
    {
        var included = _picked.Where(picked => picked.IsIncluded).ToList();
        if (included.Count == 0)
            return Same(Digest.Sha256([]));
        if (included is [var only] && UnixPath.FileName(path) == UnixPath.FileName(only.Name))
            return Same(DigestOf(only, selection));
        using var current = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var older = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var picked in included)
        {
            var digest = DigestOf(picked, selection);
            var name = picked.Name.StartsWith(prefix, StringComparison.Ordinal) ? picked.Name[prefix.Length..] : picked.Name;
            current.AppendData(name.Length == 0 ? [0] : LinuxPath.GetBytes(name.Replace('/', '\0')));
            TreeChecksum.Append(current, digest);
            // The last element of the name was all that counted, with a zero between the files.
            if (picked != included[0])
                older.AppendData([0]);
            older.AppendData(LinuxPath.GetBytes(UnixPath.FileName(picked.Name)));
            TreeChecksum.Append(older, digest);
        }
        return (TreeChecksum.Finish(current), TreeChecksum.Finish(older));
    }

    private static (Digest Current, Digest Older) Same(Digest digest) => (digest, digest);

    private Digest DigestOf(Picked picked, ChecksumSelection selection) =>
        picked.FollowsLinks && picked.Entry.Status.IsSymbolicLink && Find(picked.Place, selection.FollowLinks) is { } target
            ? checksum.Of(target.Entry, target.Place)
            : checksum.OfHeader(picked.Entry, picked.Place);

    /// <summary>A directory counts by itself, followed by what is in it; one that holds something wanted is wanted too.</summary>
    private void Visit(Visited visited, Wanted wanted)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (entry, place, name, matched, parent) = visited;
        var picked = new Picked(entry, place, name, parent) { FollowsLinks = parent is null && wanted.FollowLinks };
        var isDirectory = entry.Children is not null;
        var isCandidate = !(isDirectory && name == wanted.Path && wanted.EndsInSlash);
        if (isCandidate && wanted.Pattern is { } pattern)
        {
            if (matched is null && (wanted.Path.Length == 0 || Matches(pattern, name)))
                matched = name;
            isCandidate = matched is not null;
        }
        if (isCandidate)
        {
            var top = wanted.Pattern is null ? wanted.Path : matched!;
            var relative = name.Length <= top.Length ? "" : name[(top.Length + 1)..];
            var included = IsIncluded(relative, picked);
            if (isDirectory)
                _picked.Add(picked);
            if (included)
            {
                for (var above = parent; above is not null; above = above.Parent)
                    above.IsIncluded = true;
                if (!isDirectory)
                    _picked.Add(picked);
                picked.IsIncluded = true;
            }
        }
        var below = isCandidate && isDirectory ? picked : parent;
        foreach (var child in entry.Children ?? [])
            Visit(new Visited(child, TreePath.Join(place, child.Name), name + "/" + child.Name, matched, below), wanted);
    }

    private bool IsIncluded(string relative, Picked picked)
    {
        var included = true;
        if (_includes is not null)
        {
            included = _includes.IsMatch(relative, picked.Parent?.Includes ?? default, out var matches);
            picked.Includes = matches;
            if (!included)
                return false;
        }
        if (_excludes is not null)
        {
            included = !_excludes.IsMatch(relative, picked.Parent?.Excludes ?? default, out var matches);
            picked.Excludes = matches;
        }
        return included;
    }

    private static bool Matches(string[] pattern, string name)
    {
        var parts = TreePath.Split(name);
        return parts.Length == pattern.Length && !parts.Where((part, i) => !PathGlob.IsMatch(pattern[i], part)).Any();
    }

    private (TreeEntry Entry, string Place)? Find(string path, bool followLast) =>
        TreeResolver.Resolve(root, path, followLast) is { } place && new TreeScanner(root, tree, null).Scan(place, cancellationToken) is { } entry ? (entry, place) : null;

    private static PatternMatcher? Parse(ImmutableArray<string> patterns)
    {
        try
        {
            return patterns.IsEmpty ? null : PatternMatcher.Parse(patterns);
        }
        catch (FormatException e)
        {
            throw new FileOperationException(e.Message, e);
        }
    }

    /// <param name="Path">The wanted path, empty for the root.</param>
    /// <param name="Pattern">Its parts, where it has wildcards.</param>
    private sealed record Wanted(string Path, string[]? Pattern, bool EndsInSlash, bool FollowLinks);

    /// <param name="Place">Where it really is, without links.</param>
    /// <param name="Name">As the selection calls it.</param>
    /// <param name="Matched">What of the name the pattern has matched.</param>
    private sealed record Visited(TreeEntry Entry, string Place, string Name, string? Matched, Picked? Parent);

    private sealed class Picked(TreeEntry entry, string place, string name, Picked? parent)
    {
        public TreeEntry Entry { get; } = entry;

        public string Place { get; } = place;

        public string Name { get; } = name;

        public Picked? Parent { get; } = parent;

        public bool FollowsLinks { get; init; }

        public bool IsIncluded { get; set; }

        public ParentMatches Includes { get; set; }

        public ParentMatches Excludes { get; set; }
    }
}
