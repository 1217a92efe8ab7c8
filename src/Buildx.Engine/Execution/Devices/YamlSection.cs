using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Buildx.Engine.Execution.Devices;

/// <summary>A mapping of a YAML or JSON file that is read key by key; what is wrong, and what nobody has read, is told with its place.</summary>
internal sealed class YamlSection
{
    private readonly YamlMappingNode _node;
    private readonly string _file;
    private readonly HashSet<string> _read = [];

    private YamlSection(YamlNode node, string file)
    {
        _file = file;
        _node = node as YamlMappingNode ?? throw At(node, "want a mapping");
    }

    /// <exception cref="DeviceSpecificationException">Not YAML, or not one mapping.</exception>
    public static YamlSection Parse(string text, string file)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            throw new DeviceSpecificationException($"{file}:{e.Start.Line}:{e.Start.Column}: not valid YAML: {e.InnerException?.Message ?? e.Message}", e);
        }
        return stream.Documents.Count == 1
            ? new YamlSection(stream.Documents[0].RootNode, file)
            : throw new DeviceSpecificationException($"{file}:1:1: want one document, found {stream.Documents.Count}");
    }

    public bool Has(string key) => Get(key) is not null;

    public string? Text(string key) => Get(key) is { } node ? TextOf(node) : null;

    public string RequiredText(string key) =>
        Text(key) is { Length: > 0 } text ? text : throw At(_node, $"{key} is missing");

    public uint? Unsigned(string key)
    {
        if (Get(key) is not { } node)
            return null;
        var text = TextOf(node);
        var isOctal = text.Length > 1 && text[0] == '0';
        try
        {
            var value = isOctal ? Convert.ToInt64(text[1] == 'o' ? text[2..] : text, 8) : long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            return value is >= 0 and <= uint.MaxValue ? (uint)value : throw At(node, $"{key}: {value} is out of range");
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentOutOfRangeException)
        {
            throw At(node, $"{key}: \"{text}\" is not a number");
        }
    }

    public IEnumerable<string> Texts(string key) => Items(key).Select(TextOf);

    public IEnumerable<YamlSection> Sections(string key) => Items(key).Select(item => new YamlSection(item, _file));

    /// <summary>Null when it is not there.</summary>
    public YamlSection? Section(string key) => Get(key) is { } node ? new YamlSection(node, _file) : null;

    public IEnumerable<(string Key, string Value)> Pairs()
    {
        foreach (var (key, value) in _node.Children)
            yield return (TextOf(key), TextOf(value));
    }

    /// <exception cref="DeviceSpecificationException">There are keys that nobody has read: what they ask for would not happen.</exception>
    public void RefuseUnread()
    {
        foreach (var (key, _) in _node.Children)
        {
            if (!_read.Contains(TextOf(key)))
                throw At(key, $"{TextOf(key)} is not known here");
        }
    }

    public DeviceSpecificationException At(string key, string message) => At(Get(key) ?? _node, $"{key}: {message}");

    private IEnumerable<YamlNode> Items(string key) => Get(key) switch
    {
        null => [],
        YamlSequenceNode sequence => sequence.Children,
        var other => throw At(other, $"{key}: want a list"),
    };

    private YamlNode? Get(string key)
    {
        _read.Add(key);
        return _node.Children.TryGetValue(new YamlScalarNode(key), out var value) && value is not YamlScalarNode { Value: null or "" or "null" or "~", Style: ScalarStyle.Plain } ? value : null;
    }

    private string TextOf(YamlNode node) => node is YamlScalarNode { Value: { } text } ? text : throw At(node, "want a text or a number");

    private DeviceSpecificationException At(YamlNode node, string message) => new($"{_file}:{node.Start.Line}:{node.Start.Column}: {message}");
}
