using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Buildx.Drivers.Kubernetes.Access;

/// <summary>A mapping in a <see cref="KubeConfig"/>. Values are never told in errors: some are secret.</summary>
internal sealed class KubeConfigSection
{
    private readonly YamlMappingNode _node;
    private readonly string _file;

    /// <exception cref="DriverException">It is no mapping.</exception>
    public KubeConfigSection(YamlNode node, string file)
    {
        _file = file;
        _node = node as YamlMappingNode ?? throw At(node, "want a mapping");
    }

    public string? Text(string key) => Get(key) switch
    {
        null => null,
        YamlScalarNode scalar => scalar.Value,
        var other => throw At(other, $"{key}: want a text"),
    };

    public bool Flag(string key) => Text(key) is "true" or "True" or "TRUE";

    /// <summary>A file, relative to the one that names it.</summary>
    public string? FilePath(string key) => Text(key) is { Length: > 0 } path ? Path.GetFullPath(path, Path.GetDirectoryName(Path.GetFullPath(_file))!) : null;

    /// <summary>What is given in place, in base64, or as a file.</summary>
    public string? Content(string key)
    {
        if (Get(key + "-data") is YamlScalarNode { Value.Length: > 0 } data)
        {
            try
            {
                return System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(data.Value));
            }
            catch (FormatException)
            {
                throw At(data, $"{key}-data: want base64");
            }
        }
        try
        {
            return FilePath(key) is { } path ? File.ReadAllText(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DriverException($"cannot read what {_file} names as {key}: {e.Message}", e);
        }
    }

    public KubeConfigSection? Section(string key) => Get(key) is { } node ? new KubeConfigSection(node, _file) : null;

    public IEnumerable<KubeConfigSection> Sections(string key) => Items(key).Select(item => new KubeConfigSection(item, _file));

    public IEnumerable<string> Texts(string key) => Items(key).Select(item => item is YamlScalarNode { Value: { } text } ? text : throw At(item, $"{key}: want a text"));

    private IEnumerable<YamlNode> Items(string key) => Get(key) switch
    {
        null => [],
        YamlSequenceNode sequence => sequence.Children,
        var other => throw At(other, $"{key}: want a list"),
    };

    private YamlNode? Get(string key) =>
        _node.Children.TryGetValue(new YamlScalarNode(key), out var value) && value is not YamlScalarNode { Value: null or "" or "null" or "~", Style: ScalarStyle.Plain } ? value : null;

    private DriverException At(YamlNode node, string message) => new($"{_file}:{node.Start.Line}:{node.Start.Column}: {message}");
}
