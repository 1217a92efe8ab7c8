using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Buildx.Cli.Templates;

/// <summary>The functions of Go's text/template, and those that the Docker CLI adds.</summary>
internal sealed class TemplateFunctions(bool indented)
{
    private static readonly string[] Names =
    [
        "and", "eq", "ge", "gt", "index", "join", "json", "le", "len", "lower", "lt", "ne", "not", "or", "pad", "print", "printf", "println", "slice", "split",
        "title", "truncate", "upper",
    ];

    public JsonNode? Call(string name, IReadOnlyList<JsonNode?> arguments)
    {
        switch (name)
        {
            case "json":
                return JsonValue.Create(Json(One()));
            case "len":
                return JsonValue.Create(Length(One()));
            case "not":
                return JsonValue.Create(!TemplateValue.IsTrue(One()));
            case "and":
                return arguments.FirstOrDefault(argument => !TemplateValue.IsTrue(argument), Some()[^1]);
            case "or":
                return arguments.FirstOrDefault(TemplateValue.IsTrue, Some()[^1]);
            case "index":
                return Some().Skip(1).Aggregate(arguments[0], Index);
            case "eq":
                return JsonValue.Create(Some().Skip(1).Any(other => AreEqual(arguments[0], other)));
            case "ne":
                return JsonValue.Create(!AreEqual(Get(0), Get(1)));
            case "lt" or "le" or "gt" or "ge":
                var order = Compare(Get(0), Get(1));
                return JsonValue.Create(name switch { "lt" => order < 0, "le" => order <= 0, "gt" => order > 0, _ => order >= 0 });
            case "lower":
                return JsonValue.Create(String(0).ToLowerInvariant());
            case "upper":
                return JsonValue.Create(String(0).ToUpperInvariant());
            case "title":
                return JsonValue.Create(CultureInfo.InvariantCulture.TextInfo.ToTitleCase(String(0)));
            case "split":
                return new JsonArray([.. String(0).Split(String(1)).Select(part => (JsonNode?)JsonValue.Create(part))]);
            case "join":
                return JsonValue.Create(string.Join(String(1), TemplateValue.Entries(Get(0)).Select(entry => TemplateValue.Text(entry.Value))));
            case "truncate":
                return JsonValue.Create(String(0) is var text && text.Length > Whole(1) ? text[..Whole(1)] : text);
            case "pad":
                return JsonValue.Create(new string(' ', Whole(1)) + String(0) + new string(' ', Whole(2)));
            case "slice":
                return JsonValue.Create(arguments.Count > 2 ? String(0)[Whole(1)..Whole(2)] : String(0)[Whole(1)..]);
            case "print":
                return JsonValue.Create(string.Concat(arguments.Select(TemplateValue.Text)));
            case "println":
                return JsonValue.Create(string.Join(' ', arguments.Select(TemplateValue.Text)) + "\n");
            case "printf":
                return JsonValue.Create(Format(String(0), [.. arguments.Skip(1)]));
            default:
                throw new TemplateException($"there is no function \"{name}\"; there are {string.Join(", ", Names)}");
        }

        IReadOnlyList<JsonNode?> Some() => arguments.Count > 0 ? arguments : throw new TemplateException($"{name} wants a value");

        JsonNode? One() => arguments.Count == 1 ? arguments[0] : throw new TemplateException($"{name} wants one value, and gets {arguments.Count}");

        JsonNode? Get(int index) => index < arguments.Count ? arguments[index] : throw new TemplateException($"{name} wants at least {index + 1} values, and gets {arguments.Count}");

        string String(int index) => Get(index) is { } value && value.GetValueKind() == JsonValueKind.String
            ? value.GetValue<string>()
            : throw new TemplateException($"{name} wants a text, not {TemplateValue.Text(arguments[index])}");

        int Whole(int index) => (int)TemplateValue.Number(Get(index));
    }

    private string Json(JsonNode? value)
    {
        var options = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = indented };
        var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, options))
        {
            if (value is null)
                writer.WriteNullValue();
            else
                value.WriteTo(writer);
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static int Length(JsonNode? value) => value switch
    {
        JsonArray list => list.Count,
        JsonObject map => map.Count,
        not null when value.GetValueKind() == JsonValueKind.String => Encoding.UTF8.GetByteCount(value.GetValue<string>()),
        _ => throw new TemplateException($"len wants a list, a map or a text, not {TemplateValue.Text(value)}"),
    };

    private static JsonNode? Index(JsonNode? value, JsonNode? key) => value switch
    {
        null => null,
        JsonObject map => map[TemplateValue.Text(key)],
        JsonArray list => (int)TemplateValue.Number(key) is var at && at >= 0 && at < list.Count
            ? list[at]
            : throw new TemplateException($"there is no element {TemplateValue.Text(key)}; the list has {list.Count}"),
        _ => throw new TemplateException($"index wants a list or a map, not {TemplateValue.Text(value)}"),
    };

    private static bool AreEqual(JsonNode? left, JsonNode? right) => JsonNode.DeepEquals(left, right);

    private static double Compare(JsonNode? left, JsonNode? right) =>
        left?.GetValueKind() == JsonValueKind.String && right?.GetValueKind() == JsonValueKind.String
            ? string.CompareOrdinal(left.GetValue<string>(), right.GetValue<string>())
            : TemplateValue.Number(left) - TemplateValue.Number(right);

    /// <summary>The verbs that are of use with text: <c>%s %v %d %q %t %%</c>, with a width.</summary>
    private static string Format(string format, IReadOnlyList<JsonNode?> values)
    {
        var text = new StringBuilder();
        var next = 0;
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }
            var start = ++i;
            while (i < format.Length && (char.IsAsciiDigit(format[i]) || format[i] == '-'))
                i++;
            var width = i > start ? int.Parse(format[start..i], CultureInfo.InvariantCulture) : 0;
            var verb = i < format.Length ? format[i] : '%';
            if (verb == '%')
            {
                text.Append('%');
                continue;
            }
            if (next == values.Count)
                throw new TemplateException($"printf: {format} wants more than {values.Count} values");
            var value = TemplateValue.Text(values[next++]);
            value = verb switch
            {
                's' or 'v' or 'd' or 't' => value,
                'q' => JsonValue.Create(value).ToJsonString(),
                _ => throw new TemplateException($"printf: %{verb} is not supported (want %s, %v, %d, %q or %t)"),
            };
            text.Append(width < 0 ? value.PadRight(-width) : value.PadLeft(width));
        }
        return text.ToString();
    }
}
