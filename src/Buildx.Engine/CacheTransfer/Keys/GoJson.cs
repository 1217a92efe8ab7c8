using System.Globalization;
using System.Text;

namespace Buildx.Engine.CacheTransfer.Keys;

/// <summary>
/// JSON byte for byte as BuildKit writes it before it hashes it: fields in the order of their numbers, empty ones left out, and
/// Go's way to escape.
/// </summary>
internal sealed class GoJson
{
    private readonly StringBuilder _text = new();
    private bool _needsComma;

    public override string ToString() => _text.ToString();

    public GoJson Object(Action<GoJson> fields) => Nest('{', '}', fields);

    public GoJson Array<T>(IEnumerable<T> items, Action<GoJson, T> write) => Nest('[', ']', json =>
    {
        foreach (var item in items)
        {
            json.Comma();
            write(json, item);
            json._needsComma = true;
        }
    });

    public GoJson Name(string name)
    {
        Comma();
        Quote(name);
        _text.Append(':');
        _needsComma = false;
        return this;
    }

    public GoJson Text(string value) => Write(() => Quote(value));

    public GoJson Number(long value) => Write(() => _text.Append(value.ToString(CultureInfo.InvariantCulture)));

    public GoJson Bytes(ReadOnlySpan<byte> value) => Text(Convert.ToBase64String(value));

    /// <summary>Left out when empty.</summary>
    public GoJson Field(string name, string value) => value.Length == 0 ? this : Name(name).Text(value);

    /// <inheritdoc cref="Field(string, string)"/>
    public GoJson Field(string name, long value) => value == 0 ? this : Name(name).Number(value);

    /// <inheritdoc cref="Field(string, string)"/>
    public GoJson Field(string name, bool value) => value ? Name(name).Write(() => _text.Append("true")) : this;

    /// <inheritdoc cref="Field(string, string)"/>
    public GoJson Field(string name, IReadOnlyCollection<string> values) =>
        values.Count == 0 ? this : Name(name).Array(values, (json, value) => json.Text(value));

    /// <inheritdoc cref="Field(string, string)"/>
    public GoJson Field<T>(string name, IReadOnlyCollection<T> values, Action<GoJson, T> write) =>
        values.Count == 0 ? this : Name(name).Array(values, write);

    /// <inheritdoc cref="Field(string, string)"/>
    public GoJson Field<T>(string name, T? value, Action<GoJson, T> write)
        where T : class
    {
        if (value is not null)
            Name(name).Object(json => write(json, value));
        return this;
    }

    /// <inheritdoc cref="Field(string, string)"/>
    public GoJson Field(string name, SortedDictionary<string, string> values)
    {
        if (values.Count > 0)
        {
            Name(name).Object(json =>
            {
                foreach (var (key, value) in values)
                    json.Name(key).Text(value);
            });
        }
        return this;
    }

    private GoJson Nest(char open, char close, Action<GoJson> content) => Write(() =>
    {
        _text.Append(open);
        _needsComma = false;
        content(this);
        _text.Append(close);
    });

    private GoJson Write(Action write)
    {
        write();
        _needsComma = true;
        return this;
    }

    private void Comma()
    {
        if (_needsComma)
            _text.Append(',');
        _needsComma = false;
    }

    private void Quote(string value)
    {
        _text.Append('"');
        foreach (var character in value)
        {
            _ = character switch
            {
                '"' => _text.Append("\\\""),
                '\\' => _text.Append("\\\\"),
                '\n' => _text.Append("\\n"),
                '\r' => _text.Append("\\r"),
                '\t' => _text.Append("\\t"),
                '\b' => _text.Append("\\b"),
                '\f' => _text.Append("\\f"),
                // Go keeps its JSON fit for HTML and for JavaScript.
                < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029' => _text.Append("\\u").Append(((int)character).ToString("x4", CultureInfo.InvariantCulture)),
                _ => _text.Append(character),
            };
        }
        _text.Append('"');
    }
}
