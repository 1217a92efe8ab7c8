using Buildx.Client;
using Buildx.Dockerfile;
using Buildx.Oci;

namespace Buildx.Cli.Building;

/// <summary>
/// Where a build's cache comes from and goes to. Directories are this machine's: the builder reads and writes their blobs through the
/// session, and what they are called stands in their <c>index.json</c>.
/// </summary>
internal sealed class CacheDirectories
{
    private const string ManifestKey = "cache.manifest";
    private const string DefaultTag = "latest";

    private readonly Dictionary<string, OciLayout> _layouts = new(StringComparer.Ordinal);

    private CacheDirectories(IReadOnlyList<CacheOptions> imports, IReadOnlyList<CacheOptions> exports) => (Imports, Exports) = (imports, exports);

    public IReadOnlyList<CacheOptions> Imports { get; private set; }

    public IReadOnlyList<CacheOptions> Exports { get; }

    /// <summary>By the name that the builder has for them.</summary>
    public IReadOnlyDictionary<string, OciLayout> Layouts => _layouts;

    /// <exception cref="CliException">A directory is missing or can't be used.</exception>
    public static CacheDirectories Open(CliContext context, BuildRequest request)
    {
        if (request.Call is not null)
            return new CacheDirectories([], []);
        var credentials = new CacheCredentials(context, Environment.GetEnvironmentVariable);
        var exports = request.CacheTo.Select(credentials.Fill).OfType<CacheOptions>().ToList();
        if (BooleanText.IsTrue(request.BuildArguments.GetValueOrDefault("BUILDKIT_INLINE_CACHE")) && !exports.Exists(export => export.Type == "inline"))
            exports.Add(new CacheOptions("inline", new Dictionary<string, string>()));
        var directories = new CacheDirectories([], exports);
        foreach (var export in exports.Where(export => export.Type == "local"))
            directories.Add(Required(export, "dest", "--cache-to"), OciLayout.Create);
        directories.Imports = [.. request.CacheFrom.Select(credentials.Fill).OfType<CacheOptions>().Select(import => directories.Resolve(import, context)).OfType<CacheOptions>()];
        return directories;
    }

    /// <summary>The exports of one of several builders that work on one build.</summary>
    public IReadOnlyList<CacheOptions> SharedExports =>
        [.. Exports.Select(export => export.Type is "local" or "inline" ? export : export with { Attributes = new Dictionary<string, string>(export.Attributes) { ["shared"] = "true" } })];

    /// <summary>Names what was written, when a build or a part of one has ended. What other platforms have there stays.</summary>
    /// <param name="platforms">What was built.</param>
    public void Complete(IReadOnlyDictionary<string, string> response, IReadOnlyList<Platform> platforms)
    {
        // Parts end at the same time.
        lock (_layouts)
        {
            for (var i = 0; i < Exports.Count; i++)
            {
                if (Exports[i] is not { Type: "local" } export || (response.GetValueOrDefault($"{ManifestKey}/{i}") ?? response.GetValueOrDefault(ManifestKey)) is not { } json)
                    continue;
                var layout = _layouts[export.Attributes["dest"]];
                var manifest = OciJson.ParseDescriptor(System.Text.Encoding.UTF8.GetBytes(json));
                if (!layout.Contains(manifest.Digest))
                    continue;
                var tag = export.Attributes.GetValueOrDefault("tag", DefaultTag);
                layout.AddToIndex(DirectoryMerge.WithOtherPlatforms(layout, manifest, layout.Find(tag), platforms), tag);
                if (export.Attributes.GetValueOrDefault("reset") is "true" or "1")
                    CacheCleaning.RemoveUnreferenced(layout);
            }
        }
    }

    private CacheOptions? Resolve(CacheOptions import, CliContext context)
    {
        if (import.Type != "local")
            return import;
        var source = Required(import, "src", "--cache-from");
        var tag = import.Attributes.GetValueOrDefault("tag", DefaultTag);
        if (!File.Exists(Path.Combine(source, OciLayout.IndexFile)))
        {
            context.Warn($"there is no cache in {source}: building without");
            return null;
        }
        Add(source, OciLayout.Open);
        var digest = import.Attributes.GetValueOrDefault("digest") ?? _layouts[source].Find(tag)?.Digest.Value;
        if (digest is null)
        {
            context.Warn($"the cache in {source} has no tag {tag}: building without");
            return null;
        }
        return import with { Attributes = new Dictionary<string, string>(import.Attributes) { ["digest"] = digest } };
    }

    private void Add(string directory, Func<string, OciLayout> open)
    {
        try
        {
            _layouts.TryAdd(directory, open(directory));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new CliException($"the cache directory {directory} can't be used: {e.Message}", innerException: e);
        }
    }

    private static string Required(CacheOptions options, string key, string flag) =>
        options.Attributes.GetValueOrDefault(key) is { Length: > 0 } value ? value : throw new CliException($"{flag} type={options.Type}: {key}=DIRECTORY is missing");
}
