using Grpc.Core;

namespace Buildx.Protocol.FileSync;

/// <summary>What a daemon asks a client for in the headers of <c>FileSync.DiffCopy</c>.</summary>
public sealed record FileSyncOptions
{
    private const string DirectoryKey = "dir-name";
    private const string IncludeKey = "include-patterns";
    private const string ExcludeKey = "exclude-patterns";
    private const string FollowKey = "followpaths";
    private const string EncodedSuffix = "-encoded";

    /// <summary>The name of the local source.</summary>
    public required string DirectoryName { get; init; }

    public FileFilter Filter { get; init; } = FileFilter.All;

    /// <summary>For a call over a <see cref="Sessions.SessionConnection"/>, which sends repeated values as separate fields.</summary>
    public Metadata ToMetadata()
    {
        var metadata = new Metadata();
        Add(DirectoryKey, [DirectoryName]);
        Add(IncludeKey, Filter.IncludePatterns);
        Add(ExcludeKey, Filter.ExcludePatterns);
        Add(FollowKey, Filter.FollowPaths);
        return metadata;

        void Add(string key, IReadOnlyList<string> values)
        {
            // Header values are ASCII; whatever else there is, all values of the key are encoded.
            var encode = values.Any(value => value.Any(c => c is < ' ' or > '~'));
            foreach (var value in values)
                metadata.Add(key, encode ? Uri.EscapeDataString(value) : value);
            if (encode)
                metadata.Add(key + EncodedSuffix, "1");
        }
    }

    /// <param name="getHeader">All values of a header.</param>
    public static FileSyncOptions Read(Func<string, IReadOnlyList<string>> getHeader)
    {
        return new FileSyncOptions
        {
            DirectoryName = Get(DirectoryKey) is [var name, ..] ? name : "",
            Filter = new FileFilter { IncludePatterns = Get(IncludeKey), ExcludePatterns = Get(ExcludeKey), FollowPaths = Get(FollowKey) },
        };

        IReadOnlyList<string> Get(string key)
        {
            var values = getHeader(key);
            return getHeader(key + EncodedSuffix) is ["1" or "true" or "t" or "T" or "TRUE" or "True", ..]
                ? [.. values.Select(value => Uri.UnescapeDataString(value.Replace('+', ' ')))]
                : values;
        }
    }
}
