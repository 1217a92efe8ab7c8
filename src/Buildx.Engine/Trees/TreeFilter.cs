using System.Collections.Immutable;
using Buildx.Protocol.FileSync;
using Buildx.Protocol.FileSync.Patterns;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Trees;

/// <summary>
/// Selects paths by include and exclude patterns, as BuildKit's copies and file sync do: a path is wanted when an include
/// pattern matches it or a directory above it (or there are none), and no exclude pattern does.
/// </summary>
internal sealed class TreeFilter
{
    private readonly PatternMatcher? _includes;
    private readonly PatternMatcher? _excludes;

    private TreeFilter(PatternMatcher? includes, PatternMatcher? excludes)
    {
        _includes = includes;
        _excludes = excludes;
    }

    /// <returns>Null when there are no patterns, so that everything is wanted.</returns>
    /// <exception cref="FormatException">A pattern is malformed.</exception>
    public static TreeFilter? Create(ImmutableArray<string> includes, ImmutableArray<string> excludes)
    {
        return includes.IsEmpty && excludes.IsEmpty ? null : new TreeFilter(Parse(includes), Parse(excludes));

        static PatternMatcher? Parse(ImmutableArray<string> patterns) => patterns.IsEmpty ? null : PatternMatcher.Parse(patterns);
    }

    /// <summary>The part of a directory that file sync would send.</summary>
    /// <exception cref="FormatException">A pattern is malformed.</exception>
    public static TreeFilter? Create(FileFilter filter, SafeFileHandle root)
    {
        var (includes, excludes) = filter.CompileFor(root);
        return includes is null && excludes is null ? null : new TreeFilter(includes, excludes);
    }

    /// <summary>Whether everything below a directory is wanted, so that nobody need ask for each path.</summary>
    /// <param name="directory">What <see cref="Match"/> gave for it.</param>
    public bool TakesAllBelow(in FilterState directory) => _excludes is null && directory.Includes.CoversAll;

    /// <param name="path">Relative to the top, without a leading slash.</param>
    /// <param name="parent">What this method gave for the directory that holds the path.</param>
    /// <param name="state">For the path's own children; default when it is no directory.</param>
    public FilterMatch Match(string path, bool isDirectory, FilterState parent, out FilterState state)
    {
        state = default;
        if (!isDirectory)
        {
            return new FilterMatch(
                (_includes is null || _includes.IsMatch(path, parent.Includes))
                && (_excludes is null || !_excludes.IsMatch(path, parent.Excludes)),
                CanDescend: false);
        }
        bool selected = true, descend = true;
        ParentMatches includes = default, excludes = default;
        if (_includes is not null && !_includes.IsMatch(path, parent.Includes, out includes))
        {
            selected = false;
            descend = _includes.CanMatchBelow(path);
        }
        if (_excludes is not null && _excludes.IsMatch(path, parent.Excludes, out excludes))
        {
            selected = false;
            descend &= _excludes.CanExceptBelow(path);
        }
        state = new FilterState(includes, excludes);
        return new FilterMatch(selected, descend);
    }
}
