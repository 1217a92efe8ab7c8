using System.Collections.Immutable;

namespace Buildx.Engine.Trees;

/// <summary>
/// Selects paths by include and exclude patterns, as BuildKit's copies and file sync do: a path is wanted when an include
/// pattern matches it or a directory above it (or there are none), and no exclude pattern does.
/// </summary>
internal sealed class TreeFilter
{
    private readonly TreePattern[] _includes;
    private readonly TreePattern[] _excludes;
    private readonly bool _includesArePlain;
    private readonly bool _exceptionsArePlain;
    private readonly bool _hasExceptions;

    private TreeFilter(TreePattern[] includes, TreePattern[] excludes)
    {
        _includes = includes;
        _excludes = excludes;
        _includesArePlain = Array.TrueForAll(includes, pattern => pattern.IsNegated || pattern.IsPlainStem);
        _exceptionsArePlain = Array.TrueForAll(excludes, pattern => !pattern.IsNegated || pattern.IsPlainStem);
        _hasExceptions = Array.Exists(excludes, pattern => pattern.IsNegated);
    }

    /// <returns>Null when there are no patterns, so that everything is wanted.</returns>
    /// <exception cref="FormatException">A pattern is malformed.</exception>
    public static TreeFilter? Create(ImmutableArray<string> includes, ImmutableArray<string> excludes)
    {
        if (includes.IsDefaultOrEmpty && excludes.IsDefaultOrEmpty)
            return null;
        return new TreeFilter(Parse(includes), Parse(excludes));

        static TreePattern[] Parse(ImmutableArray<string> patterns) =>
            patterns.IsDefaultOrEmpty ? [] : [.. patterns.Select(TreePattern.Parse).OfType<TreePattern>()];
    }

    /// <param name="path">Relative to the top, without a leading slash.</param>
    /// <param name="parent">What this method gave for the directory that holds the path.</param>
    /// <param name="state">For the path's own children; default when it is no directory.</param>
    public FilterMatch Match(string path, bool isDirectory, FilterState parent, out FilterState state)
    {
        var included = true;
        var descend = isDirectory;
        bool[]? includes = null, excludes = null;
        if (_includes.Length > 0)
        {
            if (isDirectory)
                includes = new bool[_includes.Length];
            included = Evaluate(_includes, path, parent.Includes, includes);
            if (!included && isDirectory && _includesArePlain)
                descend = ReachesInto(_includes, path, negated: false);
        }
        if (_excludes.Length > 0)
        {
            if (isDirectory)
                excludes = new bool[_excludes.Length];
            if (Evaluate(_excludes, path, parent.Excludes, excludes))
            {
                included = false;
                if (isDirectory)
                    descend &= _hasExceptions && (!_exceptionsArePlain || ReachesInto(_excludes, path, negated: true));
            }
        }
        state = new FilterState(includes, excludes);
        return new FilterMatch(included, included || descend);
    }

    private static bool Evaluate(TreePattern[] patterns, string path, bool[]? parent, bool[]? matches)
    {
        var matched = false;
        for (var i = 0; i < patterns.Length; i++)
        {
            var pattern = patterns[i];
            var match = parent is not null && parent[i];
            // Only a pattern that could change the outcome is looked at.
            if (!match && pattern.IsNegated == matched)
                match = pattern.IsMatch(path);
            if (match)
            {
                matched = !pattern.IsNegated;
                if (matches is not null)
                    matches[i] = true;
            }
        }
        return matched;
    }

    private static bool ReachesInto(TreePattern[] patterns, string directory, bool negated)
    {
        foreach (var pattern in patterns)
        {
            var stem = pattern.Stem;
            if (pattern.IsNegated == negated
                && stem.StartsWith(directory, StringComparison.Ordinal)
                && (stem.Length == directory.Length || stem[directory.Length] == '/'))
            {
                return true;
            }
        }
        return false;
    }
}
