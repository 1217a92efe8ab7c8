using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Buildx.Protocol.Sessions;

/// <summary>What a client tells about its session in the headers of <c>Control.Session</c> (or of the upgrade to <c>/session</c>).</summary>
public sealed record SessionHeaders
{
    public const string IdHeader = "X-Docker-Expose-Session-Uuid";
    public const string NameHeader = "X-Docker-Expose-Session-Name";
    public const string SharedKeyHeader = "X-Docker-Expose-Session-Sharedkey";
    public const string MethodHeader = "X-Docker-Expose-Session-Grpc-Method";

    /// <summary>Optional extra of our own client: followed by a local source's name, its value is the absolute directory, percent-encoded.</summary>
    public const string LocalDirectoryHeaderPrefix = "x-buildx-local-directory-";

    public required string Id { get; init; }

    public string Name { get; init; } = "";

    public string SharedKey { get; init; } = "";

    /// <summary>The methods that the client serves, e.g. <c>/moby.filesync.v1.FileSync/DiffCopy</c>.</summary>
    public IReadOnlyCollection<string> Methods { get; init; } = [];

    /// <summary>Directories offered by path, by local source.</summary>
    public IReadOnlyDictionary<string, string> LocalDirectories { get; init; } = new Dictionary<string, string>();

    /// <summary>Reads them from a request; null when it names no session.</summary>
    public static SessionHeaders? Read(IHeaderDictionary headers)
    {
        var id = headers[IdHeader].ToString();
        if (id.Length == 0)
            return null;
        Dictionary<string, string>? directories = null;
        foreach (var (name, values) in headers)
        {
            if (name.StartsWith(LocalDirectoryHeaderPrefix, StringComparison.OrdinalIgnoreCase) && values is [{ } value])
                (directories ??= [])[Uri.UnescapeDataString(name[LocalDirectoryHeaderPrefix.Length..])] = Uri.UnescapeDataString(value);
        }
        return new SessionHeaders
        {
            Id = id,
            Name = headers[NameHeader].ToString(),
            SharedKey = headers[SharedKeyHeader].ToString(),
            Methods = new HashSet<string>(headers[MethodHeader].OfType<string>(), StringComparer.OrdinalIgnoreCase),
            LocalDirectories = directories ?? [],
        };
    }

    /// <summary>For a call to <c>Control.Session</c>, over a channel that keeps repeated headers apart (<see cref="RepeatedMetadata"/>).</summary>
    public Metadata ToMetadata()
    {
        var metadata = new Metadata();
        foreach (var (name, value) in ToPairs())
            metadata.Add(name, value);
        return metadata;
    }

    /// <summary>The header fields in order, one per value.</summary>
    public IEnumerable<KeyValuePair<string, string>> ToPairs()
    {
        yield return new(IdHeader, Id);
        yield return new(NameHeader, Name);
        yield return new(SharedKeyHeader, SharedKey);
        foreach (var method in Methods)
            yield return new(MethodHeader, method);
        foreach (var (name, directory) in LocalDirectories)
        {
            // A name that is no header name can't be offered; file sync serves it all the same.
            if (name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.'))
                yield return new(LocalDirectoryHeaderPrefix + name, Uri.EscapeDataString(directory));
        }
    }
}
