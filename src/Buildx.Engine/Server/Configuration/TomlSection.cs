using System.Globalization;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Tomlyn;
using Tomlyn.Model;
using Tomlyn.Serialization;

namespace Buildx.Engine.Server.Configuration;

/// <summary>
/// A table of a TOML file that is read key by key: a value of the wrong type names the file and the key, and what nobody
/// read is known afterwards.
/// </summary>
internal sealed partial class TomlSection
{
    private readonly TomlTable _table;
    private readonly string _file;
    private readonly string _path;
    private readonly HashSet<string> _read = [];
    private readonly List<TomlSection> _children = [];
    private readonly Dictionary<string, TomlSection> _sections = [];

    private TomlSection(TomlTable table, string file, string path) => (_table, _file, _path) = (table, file, path);

    /// <exception cref="ConfigurationException">Not TOML; the message has line and column.</exception>
    public static TomlSection Parse(string text, string file)
    {
        try
        {
            return new TomlSection(TomlSerializer.Deserialize(text, TomlModelContext.Default.TomlTable) ?? [], file, "");
        }
        catch (TomlException e)
        {
            throw new ConfigurationException($"{file}:{Reason(e)}", e);
        }
    }

    // Tomlyn's message begins with the types it converts; the cause stands last: "(LINE,COLUMN) : error : CAUSE."
    private static string Reason(TomlException e) => LastError().Match(e.Message) is { Success: true } cause
        ? $"{cause.Groups["line"].Value}:{cause.Groups["column"].Value}: not valid TOML: {cause.Groups["cause"].Value}"
        : $" not valid TOML: {e.Message}";

    [GeneratedRegex(@"\((?<line>\d+),(?<column>\d+)\) : error : (?<cause>[^\n]*?)\.?\s*$", RegexOptions.RightToLeft)]
    private static partial Regex LastError();

    public IEnumerable<string> Keys => _table.Keys;

    public bool Has(string key) => _table.ContainsKey(key);

    public string? String(string key) => Get(key) switch
    {
        null => null,
        string text => text,
        var other => throw Wrong(key, "a string", other),
    };

    public bool? Boolean(string key) => Get(key) switch
    {
        null => null,
        bool value => value,
        var other => throw Wrong(key, "true or false", other),
    };

    public long? Integer(string key) => Get(key) switch
    {
        null => null,
        long value => value,
        var other => throw Wrong(key, "an integer", other),
    };

    /// <summary>A number or a text, as sizes and durations may be written.</summary>
    public string? Scalar(string key) => Get(key) switch
    {
        null => null,
        string text => text,
        long value => value.ToString(CultureInfo.InvariantCulture),
        var other => throw Wrong(key, "a number or a string", other),
    };

    public IReadOnlyList<string>? Strings(string key) => Get(key) switch
    {
        null => null,
        string one => [one],
        TomlArray array => [.. array.Select(item => item as string ?? throw Wrong(key, "a list of strings", item))],
        var other => throw Wrong(key, "a list of strings", other),
    };

    /// <summary>The same for the same key, whoever asks; an empty one where there is none.</summary>
    public TomlSection Section(string key)
    {
        if (_sections.TryGetValue(key, out var known))
            return known;
        var child = Get(key) switch
        {
            null => new TomlTable(),
            TomlTable table => table,
            var other => throw Wrong(key, "a table", other),
        };
        return _sections[key] = Add(new TomlSection(child, _file, Join(key)));
    }

    public IReadOnlyList<TomlSection> Sections(string key) => Get(key) switch
    {
        null => [],
        TomlTableArray tables => [.. tables.Select(table => Add(new TomlSection(table, _file, Join(key))))],
        TomlArray array => [.. array.Select(item => Add(new TomlSection(item as TomlTable ?? throw Wrong(key, "a list of tables", item), _file, Join(key))))],
        var other => throw Wrong(key, "a list of tables", other),
    };

    /// <summary>Takes note that the key is known, though it changes nothing here.</summary>
    public void Ignore(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
            _read.Add(key);
    }

    /// <summary>Full names of all keys that nobody read.</summary>
    public IEnumerable<string> Unread() =>
        _table.Keys.Where(key => !_read.Contains(key)).Select(Join).Concat(_children.SelectMany(child => child.Unread()));

    public ConfigurationException Wrong(string key, string message) => new($"{_file}: {Join(key)}: {message}");

    private ConfigurationException Wrong(string key, string expected, object? found) =>
        Wrong(key, $"want {expected}, found {Describe(found)}");

    private static string Describe(object? value) => value switch
    {
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        TomlTable => "a table",
        TomlArray or TomlTableArray => "a list",
        var other => Convert.ToString(other, CultureInfo.InvariantCulture) ?? "nothing",
    };

    private object? Get(string key)
    {
        _read.Add(key);
        return _table.TryGetValue(key, out var value) ? value : null;
    }

    private TomlSection Add(TomlSection child)
    {
        _children.Add(child);
        return child;
    }

    private string Join(string key)
    {
        var quoted = key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? key : $"\"{key}\"";
        return _path.Length == 0 ? quoted : $"{_path}.{quoted}";
    }
}

[TomlSerializable(typeof(TomlTable))]
internal sealed partial class TomlModelContext : TomlSerializerContext;
