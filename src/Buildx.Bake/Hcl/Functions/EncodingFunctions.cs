using System.Globalization;
using System.Text;
using Buildx.Bake.Hcl.Values;
using static Buildx.Bake.Hcl.Functions.Define;

namespace Buildx.Bake.Hcl.Functions;

internal static class EncodingFunctions
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    public static IReadOnlyList<HclFunction> All { get; } =
    [
        Function("base64encode", "Encodes a string to a base64 sequence.", HclType.String, [Text("str")],
            arguments => Value.String(Convert.ToBase64String(Encoding.UTF8.GetBytes(arguments[0].AsString)))),
        Function("base64decode", "Decodes a string containing a base64 sequence.", HclType.String, [Text("str")], DecodeBase64),
        Function("urlencode", "Applies URL encoding to a given string.", HclType.String, [Text("str")], arguments => Value.String(EncodeUrl(arguments[0].AsString))),
        Function("jsonencode", "Returns a string containing a JSON representation of the given value.", HclType.String, [Raw("val")],
            arguments => !arguments[0].IsWhollyKnown ? Value.Unknown(HclType.String)
                : HasInfinity(arguments[0]) ? Fail("holds an infinite number, which JSON cannot", 0)
                : Value.String(ValueJson.Write(arguments[0]))),
        Function("jsondecode", "Parses the given string as JSON and returns a value corresponding to what the JSON document describes.", null, [Text("str")],
            arguments => ValueJson.Read(arguments[0].AsString) is { Value: { } value } ? value : Fail(ValueJson.Read(arguments[0].AsString).ToString(), 0)),
        Function("csvdecode", "Parses the given string as Comma Separated Values (as defined by RFC 4180) and returns a map of objects representing the table of data, using the first row as a header row to define the object attributes.", null,
            [Text("str")], DecodeCsv),
    ];

    /// <summary>The bytes of a base64 text with its padding; line ends may be anywhere in it.</summary>
    internal static byte[]? ReadBase64(string text)
    {
        var clean = text.Replace("\n", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal);
        var bytes = new byte[clean.Length];
        return !clean.Any(char.IsWhiteSpace) && Convert.TryFromBase64String(clean, bytes, out var length) ? bytes[..length] : null;
    }

    internal static Value? ReadUtf8(byte[] bytes)
    {
        try
        {
            return Value.String(StrictUtf8.GetString(bytes));
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static FunctionResult DecodeBase64(IReadOnlyList<Value> arguments)
    {
        if (ReadBase64(arguments[0].AsString) is not { } bytes)
            return Fail("is no base64", 0);
        return ReadUtf8(bytes) is { } text ? text : Fail("holds something that is no text in UTF-8", 0);
    }

    private static string EncodeUrl(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var unit in Encoding.UTF8.GetBytes(text))
        {
            if (char.IsAsciiLetterOrDigit((char)unit) || unit is (byte)'-' or (byte)'_' or (byte)'.' or (byte)'~')
                result.Append((char)unit);
            else if (unit == ' ')
                result.Append('+');
            else
                result.Append('%').Append(unit.ToString("X2", CultureInfo.InvariantCulture));
        }
        return result.ToString();
    }

    private static bool HasInfinity(Value value) =>
        value.HasContent && (value.Type.IsIterable ? value.Content.Any(HasInfinity) : value.Type.Kind == TypeKind.Number && value.AsNumber.IsInfinite);

    private static FunctionResult DecodeCsv(IReadOnlyList<Value> arguments)
    {
        var rows = CsvReader.Read(arguments[0].AsString, out var error);
        if (rows is null)
            return Fail(error, 0);
        if (rows.Count == 0)
            return Fail("has no header line", 0);
        var header = rows[0].Fields;
        for (var i = 0; i < header.Count; i++)
        {
            if (header.Take(i).Contains(header[i]))
                return Fail($"has two columns {Mismatch.Quote(header[i])}", 0);
        }
        if (rows.FirstOrDefault(row => row.Fields.Count != header.Count) is { } wrong)
            return Fail($"has {wrong.Fields.Count} fields in line {wrong.Line}, but {header.Count} columns", 0);
        var type = HclType.Object(TypeMembers.Create(header.Select(name => KeyValuePair.Create(name, HclType.String))));
        return Value.List(type, rows.Skip(1).Select(row => Value.Object(header.Zip(row.Fields, (name, field) => KeyValuePair.Create(name, Value.String(field))))));
    }
}
