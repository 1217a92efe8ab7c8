using System.Security.Cryptography;
using System.Text;
using Buildx.Bake.Hcl.Values;
using static Buildx.Bake.Hcl.Functions.Define;

namespace Buildx.Bake.Hcl.Functions;

/// <summary>Hashes, passwords, secrets and unique names.</summary>
internal static class CryptoFunctions
{
    public static IReadOnlyList<HclFunction> All { get; } =
    [
        Hash("md5", "Computes the MD5 hash of a given string and encodes it with hexadecimal digits.", MD5.HashData),
        Hash("sha1", "Computes the SHA1 hash of a given string and encodes it with hexadecimal digits.", SHA1.HashData),
        Hash("sha256", "Computes the SHA256 hash of a given string and encodes it with hexadecimal digits.", SHA256.HashData),
        Hash("sha512", "Computes the SHA512 hash of a given string and encodes it with hexadecimal digits.", SHA512.HashData),
        Function("bcrypt", "Computes a hash of the given string using the Blowfish cipher.", HclType.String, [Text("str")], HashPassword, Numeric("cost")),
        Function("rsadecrypt", "Decrypts an RSA-encrypted ciphertext.", HclType.String, [Text("ciphertext"), Text("privatekey")], DecryptRsa),
        Function("uuidv4", "Generates and returns a Type-4 UUID in the standard hexadecimal string format.", HclType.String, [], _ => Value.String(Guid.NewGuid().ToString())),
        Function("uuidv5", "Generates and returns a Type-5 UUID in the standard hexadecimal string format.", HclType.String, [Text("namespace"), Text("name")], NameUuid),
    ];

    private static HclFunction Hash(string name, string description, Func<byte[], byte[]> hash) =>
        Function(name, description, HclType.String, [Text("str")], arguments => Value.String(Convert.ToHexStringLower(hash(Encoding.UTF8.GetBytes(arguments[0].AsString)))));

    private static FunctionResult HashPassword(IReadOnlyList<Value> arguments)
    {
        if (arguments.Count > 2)
            return Fail("takes no more than two arguments", 2);
        var cost = BcryptHash.DefaultCost;
        if (arguments.Count == 2 && !Integers.TryRead(arguments[1], out cost))
            return Fail(Integers.Required, 1);
        if (cost > BcryptHash.LargestCost)
            return Fail($"must not be more than {BcryptHash.LargestCost}", 1);
        var password = Encoding.UTF8.GetBytes(arguments[0].AsString);
        if (password.Length > BcryptHash.LongestPassword)
            return Fail($"is longer than {BcryptHash.LongestPassword} bytes, of which the hash would know nothing", 0);
        return Value.String(BcryptHash.Compute(password, RandomNumberGenerator.GetBytes(BcryptHash.SaltLength), cost < BcryptHash.SmallestCost ? BcryptHash.DefaultCost : cost));
    }

    // No message tells what the ciphertext or the key was.
    private static FunctionResult DecryptRsa(IReadOnlyList<Value> arguments)
    {
        if (EncodingFunctions.ReadBase64(arguments[0].AsString) is not { } cipher)
            return Fail("must be base64", 0);
        using var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(arguments[1].AsString);
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            return Fail("must be an RSA private key in PEM that needs no password", 1);
        }
        try
        {
            return EncodingFunctions.ReadUtf8(rsa.Decrypt(cipher, RSAEncryptionPadding.Pkcs1)) is { } text ? text : Fail("holds something that is no text in UTF-8", 0);
        }
        catch (CryptographicException)
        {
            return Fail("cannot be decrypted with this key", 0);
        }
    }

    private static FunctionResult NameUuid(IReadOnlyList<Value> arguments)
    {
        var space = arguments[0].AsString switch
        {
            "dns" => "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
            "url" => "6ba7b811-9dad-11d1-80b4-00c04fd430c8",
            "oid" => "6ba7b812-9dad-11d1-80b4-00c04fd430c8",
            "x500" => "6ba7b814-9dad-11d1-80b4-00c04fd430c8",
            var given when given.StartsWith("urn:uuid:", StringComparison.OrdinalIgnoreCase) => given["urn:uuid:".Length..],
            var given => given,
        };
        if (!Guid.TryParse(space, out var parsed) || space.StartsWith('('))
            return Fail("must be dns, url, oid, x500 or a UUID", 0);
        var hash = SHA1.HashData([.. parsed.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(arguments[1].AsString)]);
        hash[6] = (byte)((hash[6] & 0x0f) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return Value.String(new Guid(hash.AsSpan(0, 16), bigEndian: true).ToString());
    }
}
