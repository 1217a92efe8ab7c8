using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Buildx.Oci;

/// <summary>
/// A content digest, <c>algorithm:hex</c>
/// (OCI image spec, <see href="https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests">descriptor.md</see>).
/// </summary>
[JsonConverter(typeof(DigestJsonConverter))]
public readonly record struct Digest
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private const string Sha256Prefix = "sha256:";

    private readonly string? _value;

    private Digest(string value) => _value = value;

    /// <summary>The whole text, e.g. <c>sha256:e3b0…</c>; empty for <c>default</c>.</summary>
    public string Value => _value ?? "";

    public string Algorithm => Value.Length == 0 ? "" : Value[..Value.IndexOf(':')];

    public string Hex => Value[(Value.IndexOf(':') + 1)..];

    public bool IsEmpty => string.IsNullOrEmpty(_value);

    public static Digest Sha256(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return FromSha256Hash(hash);
    }

    /// <param name="hash">The 32 bytes of a finished SHA-256.</param>
    public static Digest FromSha256Hash(ReadOnlySpan<byte> hash) =>
        hash.Length != SHA256.HashSizeInBytes ? throw new ArgumentException("a SHA-256 has 32 bytes", nameof(hash))
        : new(string.Create(Sha256Prefix.Length + (2 * SHA256.HashSizeInBytes), hash, static (text, hash) =>
        {
            Sha256Prefix.CopyTo(text);
            // Compiled ahead of time, Convert.TryToHexStringLower takes several times as long.
            var digits = "0123456789abcdef".AsSpan();
            var hex = text[Sha256Prefix.Length..];
            for (var i = 0; i < hash.Length; i++)
                (hex[2 * i], hex[(2 * i) + 1]) = (digits[hash[i] >> 4], digits[hash[i] & 15]);
        }));

    /// <exception cref="FormatException">Not a digest of a known algorithm.</exception>
    public static Digest Parse(string text) =>
        TryParse(text, out var digest) ? digest : throw new FormatException($"\"{text}\" is not a digest (want sha256:<64 hex digits>)");

    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest)
    {
        digest = default;
        if (text is null)
            return false;
        var colon = text.IndexOf(':');
        if (colon <= 0)
            return false;
        var expected = text.AsSpan(0, colon) switch
        {
            "sha256" => 64,
            "sha384" => 96,
            "sha512" => 128,
            _ => -1,
        };
        var hex = text.AsSpan(colon + 1);
        if (hex.Length != expected || hex.ContainsAnyExcept(HexDigits))
            return false;
        digest = new Digest(text);
        return true;
    }

    public override string ToString() => Value;
}

/// <summary>A digest as its text.</summary>
public sealed class DigestJsonConverter : JsonConverter<Digest>
{
    public override Digest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Digest.TryParse(reader.GetString(), out var digest)
            ? digest
            : throw new JsonException($"\"{reader.GetString()}\" is not a digest");

    public override void Write(Utf8JsonWriter writer, Digest value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value);
}
