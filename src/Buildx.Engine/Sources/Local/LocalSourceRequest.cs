using System.Text.Json;
using Buildx.Protocol.FileSync;

namespace Buildx.Engine.Sources.Local;

/// <summary>Which directory of a client is wanted, and what of it: LLB's <c>local://</c> source, parsed.</summary>
/// <param name="Name">The client's name for the directory, e.g. <c>context</c>.</param>
/// <param name="SessionId">The session that has it; null is the build's own.</param>
/// <param name="SharedKeyHint">Tells apart the mirrors of different directories of the same name.</param>
/// <param name="TransferAll">Files that seem unchanged are transferred too.</param>
internal sealed record LocalSourceRequest(
    string Name, string? SessionId, string SharedKeyHint, FileFilter Filter, bool TransferAll)
{
    private const string Scheme = "local://";

    /// <param name="identifier">E.g. <c>local://context</c>.</param>
    /// <exception cref="FormatException">It is no local source, or an attribute is malformed.</exception>
    public static LocalSourceRequest Parse(string identifier, IReadOnlyDictionary<string, string> attributes)
    {
        if (!identifier.StartsWith(Scheme, StringComparison.Ordinal) || identifier.Length == Scheme.Length)
            throw new FormatException($"\"{identifier}\" is not a local source (want {Scheme}NAME)");
        var name = identifier[Scheme.Length..];
        var sessionId = Get("local.session");
        // A session may be named together with whose directory it is: "prefix:session".
        if (sessionId?.IndexOf(':') is { } colon and >= 0)
        {
            name = sessionId[..colon] + "-" + name;
            sessionId = sessionId[(colon + 1)..];
        }
        if (Get("local.metadatatransfer") is { } metadataOnly and not ("false" or "0" or "f" or "F" or "False" or "FALSE"))
            throw new FormatException($"local source \"{name}\": local.metadatatransfer={metadataOnly} is not supported by this engine");
        return new LocalSourceRequest(
            name,
            string.IsNullOrEmpty(sessionId) ? null : sessionId,
            Get("local.sharedkeyhint") ?? "",
            new FileFilter
            {
                IncludePatterns = GetList("local.includepattern"),
                ExcludePatterns = GetList("local.excludepatterns"),
                FollowPaths = GetList("local.followpaths"),
            },
            Get("local.differ") switch
            {
                null or "" or "metadata" => false,
                "none" => true,
                var other => throw new FormatException($"local source \"{name}\": local.differ must be none or metadata, not \"{other}\""),
            });

        string? Get(string key) => attributes.GetValueOrDefault(key);

        IReadOnlyList<string> GetList(string key)
        {
            if (Get(key) is not { Length: > 0 } json)
                return [];
            try
            {
                return JsonSerializer.Deserialize(json, LocalJson.Default.StringArray) ?? [];
            }
            catch (JsonException exception)
            {
                throw new FormatException($"local source \"{name}\": {key} is not a JSON list of strings", exception);
            }
        }
    }
}
