using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Buildx.Bake.Hcl.Values;

/// <summary>Values as JSON: written compactly, members by name; read with arrays as tuples and objects as objects.</summary>
public static class ValueJson
{
    /// <summary>How deep arrays and objects that are read may be nested.</summary>
    public const int MaximumDepth = 200;

    /// <summary>The value must be wholly known. Nothing limits its depth, though <see cref="Read"/> does.</summary>
    public static string Write(Value value)
    {
        var text = new StringBuilder();
        Append(value, text);
        return text.ToString();
    }

    public static ConversionResult Read(string json)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json), new JsonReaderOptions { MaxDepth = int.MaxValue });
            if (!reader.Read())
                return ConversionResult.Fail("is no JSON: it is empty");
            var result = ReadValue(ref reader);
            if (result.Value is not null && reader.Read())
                return ConversionResult.Fail("is no JSON: something stands behind its end");
            return result;
        }
        catch (JsonException exception)
        {
            return ConversionResult.Fail($"is no JSON (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1})");
        }
        catch (InvalidOperationException)
        {
            return ConversionResult.Fail("is no JSON: a string in it is no Unicode text");
        }
    }

    /// <summary>A JSON string. What browsers might take for markup is escaped, and so are the two line ends of Unicode that scripts trip over.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2);
        AppendString(text, quoted);
        return quoted.ToString();
    }

    private static void Append(Value value, StringBuilder text)
    {
        if (value.IsNull)
        {
            text.Append("null");
            return;
        }
        switch (value.Type.Kind)
        {
            case TypeKind.Bool:
                text.Append(value.AsBool ? "true" : "false");
                break;
            case TypeKind.Number:
                text.Append(value.AsNumber);
                break;
            case TypeKind.String:
                AppendString(value.AsString, text);
                break;
            case TypeKind.Map or TypeKind.Object:
                var separator = '{';
                foreach (var (name, member) in value.Members)
                {
                    AppendString(name, text.Append(separator));
                    Append(member, text.Append(':'));
                    separator = ',';
                }
                text.Append(separator == '{' ? "{}" : "}");
                break;
            default:
                separator = '[';
                foreach (var element in value.Elements)
                {
                    Append(element, text.Append(separator));
                    separator = ',';
                }
                text.Append(separator == '[' ? "[]" : "]");
                break;
        }
    }

    private static void AppendString(string value, StringBuilder text)
    {
        text.Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append(@"\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029' => text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
                _ => text.Append(c),
            };
        }
        text.Append('"');
    }

    private static ConversionResult ReadValue(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject && reader.CurrentDepth >= MaximumDepth)
            return ConversionResult.Fail($"is nested more than {MaximumDepth} deep");
        switch (reader.TokenType)
        {
            case JsonTokenType.True:
                return Value.True;
            case JsonTokenType.False:
                return Value.False;
            case JsonTokenType.Null:
                return Value.DynamicNull;
            case JsonTokenType.String:
                return Value.String(reader.GetString()!);
            case JsonTokenType.Number:
                var digits = Encoding.ASCII.GetString(reader.ValueSpan);
                return Number.TryParse(digits, out var number) ? Value.Number(number) : ConversionResult.Fail($"has a number out of range: {Mismatch.Quote(digits)}");
            case JsonTokenType.StartArray:
                var elements = new List<Value>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    var element = ReadValue(ref reader);
                    if (element.Value is null)
                        return element;
                    elements.Add(element.Value);
                }
                return Value.Tuple(elements);
            default:
                var members = new List<KeyValuePair<string, Value>>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = reader.GetString()!;
                    reader.Read();
                    var member = ReadValue(ref reader);
                    if (member.Value is null)
                        return member;
                    members.Add(KeyValuePair.Create(name, member.Value));
                }
                return Value.Object(members);
        }
    }
}
