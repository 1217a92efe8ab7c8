using System.Security.Cryptography;
using System.Text;
using Buildx.Bake.Hcl;
using Buildx.Bake.Hcl.Functions;
using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Tests.Hcl.Functions;

/// <summary>What the comparison with Buildx cannot show: types, messages, chance, and what is newer. Values are compared in <c>DifferentialTests</c>.</summary>
public sealed class StandardLibraryTests
{
    [Fact]
    public void There_are_the_functions_that_Buildx_has()
    {
        string[] names =
        [
            "absolute", "add", "and", "base64decode", "base64encode", "basename", "bcrypt", "byteslen", "bytesslice", "can", "ceil", "chomp", "chunklist", "cidrhost",
            "cidrnetmask", "cidrsubnet", "cidrsubnets", "coalesce", "coalescelist", "compact", "concat", "contains", "convert", "csvdecode", "dirname", "distinct", "divide",
            "element", "equal", "flatten", "floor", "format", "formatdate", "formatlist", "formattimestamp", "greaterthan", "greaterthanorequalto", "hasindex", "homedir",
            "indent", "index", "indexof", "int", "join", "jsondecode", "jsonencode", "keys", "length", "lessthan", "lessthanorequalto", "log", "lookup", "lower", "max", "md5",
            "merge", "min", "modulo", "multiply", "negate", "not", "notequal", "or", "parseint", "pow", "range", "regex", "regex_replace", "regexall", "replace", "reverse",
            "reverselist", "rsadecrypt", "sanitize", "semvercmp", "sethaselement", "setintersection", "setproduct", "setsubtract", "setsymmetricdifference", "setunion", "sha1",
            "sha256", "sha512", "signum", "slice", "sort", "split", "strlen", "substr", "subtract", "timeadd", "timestamp", "title", "trim", "trimprefix", "trimspace",
            "trimsuffix", "try", "unixtimestampparse", "upper", "urlencode", "uuidv4", "uuidv5", "values", "zipmap",
        ];
        Assert.Equal(names, StandardLibrary.Functions.Select(function => function.Name));
        Assert.All(StandardLibrary.Functions, function => Assert.NotEmpty(function.Description));
    }

    [Theory]
    [InlineData("concat([1], [\"a\"])", "tuple([number, string]) [1,\"a\"]")]
    [InlineData("concat(convert([1], list(number)), convert([\"a\"], list(string)))", "list(string) [\"1\",\"a\"]")]
    [InlineData("keys({a = 1})", "tuple([string]) [\"a\"]")]
    [InlineData("keys(convert({a = 1}, map(number)))", "list(string) [\"a\"]")]
    [InlineData("values({a = 1, b = true})", "tuple([number, bool]) [1,true]")]
    [InlineData("merge({a = 1}, {b = true})", "object({a = number, b = bool}) {\"a\":1,\"b\":true}")]
    [InlineData("merge(convert({a = 1}, map(number)), convert({b = 2}, map(number)))", "map(number) {\"a\":1,\"b\":2}")]
    [InlineData("setunion([2, 1], [\"3\"])", "set(string) [\"1\",\"2\",\"3\"]")]
    [InlineData("setproduct([\"a\"], [1])", "list(tuple([string, number])) [[\"a\",1]]")]
    [InlineData("split(\",\", \"a\")", "list(string) [\"a\"]")]
    [InlineData("distinct([1, 1])", "list(number) [1]")]
    [InlineData("chunklist([1], 1)", "list(list(number)) [[1]]")]
    [InlineData("regexall(\"(?P<x>a)\", \"b\")", "list(object({x = string})) []")]
    [InlineData("regex(\"(a)|(b)\", \"b\")", "tuple([string, string]) [null,\"b\"]")]
    [InlineData("csvdecode(\"a\\n1\\n\")", "list(object({a = string})) [{\"a\":\"1\"}]")]
    [InlineData("jsondecode(\"[1, null]\")", "tuple([number, any]) [1,null]")]
    [InlineData("coalesce(null, 1, \"a\")", "string \"1\"")]
    [InlineData("zipmap([\"a\"], [1])", "object({a = number}) {\"a\":1}")]
    [InlineData("convert([1, null], list(any))", "list(number) [1,null]")]
    [InlineData("convert({}, object({a = optional(string)}))", "object({a = string}) {\"a\":null}")]
    [InlineData("element([\"a\", \"b\"], -1)", "string \"b\"")]
    [InlineData("formattimestamp(\"YYYY-MM-DD\", 0)", "string \"1970-01-01\"")]
    [InlineData("formattimestamp(\"X\", \"1970-01-02T00:00:00+01:00\")", "string \"82800\"")]
    [InlineData("formattimestamp(\"X\", 1.0e9)", "string \"1000000000\"")]
    [InlineData("unixtimestampparse(1690328596).rfc3339", "string \"2023-07-25T23:43:16Z\"")]
    [InlineData("unixtimestampparse(1690328596).iso_week", "number 30")]
    [InlineData("unixtimestampparse(1690328596).weekday_name", "string \"Tuesday\"")]
    [InlineData("unixtimestampparse(1690328596).year_day", "number 206")]
    public void Results_have_their_types(string expression, string expected) => Assert.Equal(expected, Library.Show(expression));

    [Theory]
    [InlineData("upper()", "1:7: upper needs 1 argument; str is missing")]
    [InlineData("upper(\"a\", \"b\")", "1:12: upper takes only 1 argument")]
    [InlineData("upper([])", "1:7: upper: str does not fit: a string is required, not a tuple")]
    [InlineData("upper(null)", "1:7: upper: str must not be null")]
    [InlineData("join(\",\", [[]])", "1:11: join: lists does not fit: element 0: a string is required, not a tuple")]
    [InlineData("join(\",\", \"a\")", "1:11: join: lists does not fit: a list of string is required, not a string")]
    [InlineData("join()", "1:6: join needs at least 1 argument; separator is missing")]
    [InlineData("add(1, \"x\")", "1:8: add: b does not fit: a number is required, and \"x\" is none")]
    [InlineData("length(\"abc\")", "1:8: length: collection must be a list, set, map or tuple, not a string; strlen counts characters")]
    [InlineData("element([], 0)", "1:9: element: list has no elements")]
    [InlineData("range(2000)", "1:1: range: makes more than 1024 numbers; use a larger step or ends that are closer to each other")]
    [InlineData("regex(\"(\", \"\")", "1:7: regex: pattern is no regular expression: a parenthesis is never closed")]
    [InlineData("regex(\"(?=a)\", \"\")", "1:7: regex: pattern is no regular expression: (?=a) is not known; groups can look neither ahead nor back")]
    [InlineData("regex(\"x\", \"a\")", "1:1: regex: the pattern matches nothing in the string")]
    [InlineData("format(\"%d\", \"x\")", "1:14: format: args does not fit %d: a number is required, and \"x\" is none")]
    [InlineData("format(\"%s\")", "1:8: format: format has a verb %s for argument 1, but there are 0")]
    [InlineData("format(\"a\", 1)", "1:13: format: args is one too many: the format has no verbs")]
    [InlineData("jsondecode(\"{\")", "1:12: jsondecode: str is no JSON (line 1, byte 2)")]
    [InlineData("jsondecode(join(\"\", [for i in range(201) : \"[\"]))", "1:12: jsondecode: str is nested more than 200 deep")]
    [InlineData("jsonencode(1 / 0)", "1:12: jsonencode: val holds an infinite number, which JSON cannot")]
    [InlineData("base64decode(\"!\")", "1:14: base64decode: str is no base64")]
    [InlineData("csvdecode(\"a,b\\n1\\n\")", "1:11: csvdecode: str has 1 fields in line 2, but 2 columns")]
    [InlineData("formatdate(\"Q\", \"2018-01-02T23:12:01Z\")", "1:12: formatdate: format has \"Q\", which stands for nothing; text is put in single quotes")]
    [InlineData("timeadd(\"x\", \"1h\")", "1:9: timeadd: timestamp must be a timestamp of RFC 3339, such as 2025-01-31T12:00:00Z")]
    [InlineData("cidrhost(\"10.0.0.0\", 1)", "1:10: cidrhost: prefix must be a network such as 10.0.0.0/8 or fd00::/8")]
    [InlineData("convert(1, strng)", "1:12: there is no type \"strng\"")]
    [InlineData("convert(1, list)", "1:12: the type list needs to know of what")]
    [InlineData("convert([\"x\"], list(number))", "1:9: convert: value does not fit: [0]: a number is required, and \"x\" is none")]
    [InlineData("try(x, y)", "1:1: try: no argument can be evaluated (1:5: there is no variable \"x\"; 1:8: there is no variable \"y\")")]
    [InlineData("uper(\"a\")", "1:1: there is no function \"uper\"")]
    [InlineData("max(1...)", "1:5: ... expands a list, set or tuple, not a number")]
    [InlineData("byteslen(\"a\")", "1:10: byteslen: buf must be a buffer of bytes, which no value in a bake file is")]
    [InlineData("lookup([], \"a\", 1)", "1:8: lookup: inputMap must be a map or an object, not a tuple")]
    [InlineData("parseint(\"12\", 2)", "1:10: parseint: number is no whole number of base 2: \"12\"")]
    public void Errors_name_function_argument_and_what_is_expected(string expression, string expected) => Assert.Equal(expected, Library.Error(expression));

    [Fact]
    public void A_hint_shows_what_the_function_takes()
    {
        Assert.Equal("the function is split(separator, str)", HclText.Evaluate("split(\",\")", Library.Scope).Diagnostics[0].Hint);
        Assert.Equal("the function is join(separator, lists...)", HclText.Evaluate("join()", Library.Scope).Diagnostics[0].Hint);
        Assert.Equal("did you mean upper?", HclText.Evaluate("uper(\"\")", Library.Scope).Diagnostics[0].Hint);
    }

    [Theory]
    [InlineData("", "$2a$06$DCq7YPn5Rq63x1Lad4cll.", "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.")]
    [InlineData("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    public void Passwords_are_hashed_as_everywhere(string password, string start, string expected)
    {
        const string Alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        var bits = string.Concat(start[7..].Select(letter => Convert.ToString(Alphabet.IndexOf(letter, StringComparison.Ordinal), 2).PadLeft(6, '0')));
        var salt = Enumerable.Range(0, 16).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2)).ToArray();
        Assert.Equal(expected, BcryptHash.Compute(Encoding.UTF8.GetBytes(password), salt, int.Parse(start.AsSpan(4, 2), System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void What_was_encrypted_for_a_key_is_decrypted_with_it()
    {
        using var rsa = RSA.Create(2048);
        var scope = new EvaluationScope(Library.Scope);
        scope.Set("cipher", Value.String(Convert.ToBase64String(rsa.Encrypt("hello"u8, RSAEncryptionPadding.Pkcs1))));
        scope.Set("key", Value.String(rsa.ExportRSAPrivateKeyPem()));
        Assert.Equal("string \"hello\"", HclText.Show("rsadecrypt(cipher, key)", scope));
        var error = HclText.Error("rsadecrypt(\"AAAA\", key)", scope);
        Assert.Equal("1:12: rsadecrypt: ciphertext cannot be decrypted with this key", error);
        Assert.Equal("1:22: rsadecrypt: privatekey must be an RSA private key in PEM that needs no password", HclText.Error("rsadecrypt(\"AAAA\",   \"x\")", scope).Replace("1:21", "1:22", StringComparison.Ordinal));
    }

    [Fact]
    public void Chance_and_time_are_what_they_should_be()
    {
        Assert.NotEqual(Library.Value("uuidv4()"), Library.Value("uuidv4()"));
        Assert.NotEqual(Library.Value("bcrypt(\"x\", 4)"), Library.Value("bcrypt(\"x\", 4)"));
        Assert.StartsWith("$2a$10$", Library.Value("bcrypt(\"x\")").AsString, StringComparison.Ordinal);
        Assert.EndsWith("Z", Library.Value("timestamp()").AsString, StringComparison.Ordinal);
        Assert.NotEmpty(Library.Value("homedir()").AsString);
    }

    [Fact]
    public void An_unknown_argument_makes_the_result_unknown()
    {
        var scope = new EvaluationScope(Library.Scope);
        scope.Set("s", Value.Unknown(HclType.String));
        Assert.Equal(Value.Unknown(HclType.String), HclText.Value("upper(s)", scope));
        Assert.Equal(Value.Unknown(HclType.List(HclType.String)), HclText.Value("split(\",\", s)", scope));
        Assert.Equal("number 2", HclText.Show("length([s, s])", scope));
        Assert.Equal(Value.Unknown(HclType.Bool), HclText.Value("equal(s, \"a\")", scope));
    }

    [Fact]
    public void No_function_fails_with_an_exception_whatever_it_is_given()
    {
        Value[] values =
        [
            Value.DynamicNull, Value.DynamicUnknown, Value.True, Value.Number(0), Value.Number(-3), Value.Number(Number.FromDouble(1.5)), Value.Number(Number.PositiveInfinity),
            Value.Number(long.MaxValue), Value.EmptyString, Value.String("a%d${x}é😀\n"), Value.String("10.0.0.0/8"), Value.String("("), Value.EmptyTuple, Value.EmptyObject,
            Value.Tuple([Value.DynamicNull, Value.String("x")]), Value.List(HclType.String, []), Value.Strings(["b", "a"]), Value.Set(HclType.Number, [Value.Number(1)]),
            Value.Object([new("a", Value.DynamicNull)]), Value.Map(HclType.String, [new("k", Value.String("v"))]), Value.Null(HclType.List(HclType.String)), Value.Unknown(HclType.String),
        ];
        var random = new Random(7);
        foreach (var function in StandardLibrary.Functions.Where(function => function.Name != "bcrypt"))
        {
            for (var round = 0; round < 400; round++)
            {
                var count = function.Parameters.Count + (function.VariadicParameter is null ? 0 : random.Next(3));
                var result = function.Call([.. Enumerable.Range(0, count).Select(_ => values[random.Next(values.Length)])]);
                Assert.True(result.Value is not null || result.Error is not null);
            }
        }
    }
}
