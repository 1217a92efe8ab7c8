using Buildx.Bake.Targets;
using Buildx.Oci;

namespace Buildx.Bake.Compose;

/// <summary>Paths in Compose files are relative to the directory of the file.</summary>
internal static class ComposePaths
{
    private static readonly string[] Remote = ["https://", "http://", "git://", "ssh://", "github.com/", "git@", "service:"];

    public static ComposeMapping Resolve(ComposeMapping model, string directory) => model.Select(section => (section.Key, section.Value) switch
    {
        ("services", ComposeMapping services) => services.Select(service => service.Value is ComposeMapping mapping ? ResolveService(mapping, directory) : service.Value),
        ("secrets", ComposeMapping secrets) => secrets.Select(secret => secret.Value is ComposeMapping mapping ? ResolveKey(mapping, "file", path => Join(directory, path)) : secret.Value),
        _ => section.Value,
    });

    /// <summary>Absolute paths stay; <c>~</c> is the home directory.</summary>
    public static string Join(string directory, string path)
    {
        if (path.StartsWith('~'))
            path = (Environment.GetEnvironmentVariable("HOME") ?? "~") + "/" + path[1..];
        return path.Length == 0 ? path : UnixPath.Clean(path.StartsWith('/') || directory.Length == 0 ? path : directory + "/" + path);
    }

    public static string DirectoryOf(string path) => Path.GetDirectoryName(path) is { Length: > 0 } directory ? directory : "";

    private static ComposeMapping ResolveService(ComposeMapping service, string directory) => service.Select(entry => (entry.Key, entry.Value) switch
    {
        ("build", ComposeMapping build) => ResolveBuild(build, directory),
        ("env_file", ComposeSequence files) => files with
        {
            Items = [.. files.Items.Select(file => file is ComposeMapping mapping ? ResolveKey(mapping, "path", path => Join(directory, path)) : file)],
        },
        ("extends", ComposeMapping extends) => ResolveKey(extends, "file", path => Join(directory, path)),
        _ => entry.Value,
    });

    private static ComposeMapping ResolveBuild(ComposeMapping build, string directory)
    {
        build = ResolveKey(build, "context", path => JoinContext(directory, path));
        if (build["additional_contexts"] is ComposeMapping contexts)
            build = build.With("additional_contexts", contexts.Select(context => Convert(context.Value, path => JoinContext(directory, path))));
        if (build["ssh"] is ComposeMapping keys)
            build = build.With("ssh", keys.Select(key => Convert(key.Value, path => Join(directory, path))));
        return build;
    }

    private static string JoinContext(string directory, string path) =>
        path.Contains("://", StringComparison.Ordinal) || Remote.Any(prefix => path.StartsWith(prefix, StringComparison.Ordinal)) ? path : Join(directory, path);

    private static ComposeMapping ResolveKey(ComposeMapping mapping, string key, Func<string, string> resolve) =>
        mapping[key] is { } value ? mapping.With(key, Convert(value, resolve)) : mapping;

    private static ComposeNode Convert(ComposeNode node, Func<string, string> convert) =>
        node is ComposeScalar { Value: string path } scalar ? scalar with { Value = convert(path) } : node;
}
