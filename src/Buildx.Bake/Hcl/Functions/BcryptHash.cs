using System.Globalization;
using System.Text;

namespace Buildx.Bake.Hcl.Functions;

/// <summary>Hashes of passwords that are slow on purpose: Blowfish's key schedule, 2^cost times over.</summary>
internal static class BcryptHash
{
    public const int SmallestCost = 4;
    public const int DefaultCost = 10;
    public const int LargestCost = 31;
    public const int LongestPassword = 72;
    public const int SaltLength = 16;
    private const string Alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int HashLength = 23;

    /// <summary><c>$2a$COST$SALT HASH</c>.</summary>
    public static string Compute(byte[] password, byte[] salt, int cost)
    {
        var cipher = new Blowfish();
        byte[] key = [.. password, 0];
        cipher.Expand(key, salt);
        for (var round = 0L; round < 1L << cost; round++)
        {
            cipher.Expand(key, []);
            cipher.Expand(salt, []);
        }
        var block = Encoding.ASCII.GetBytes("OrpheanBeholderScryDoubt");
        for (var i = 0; i < block.Length; i += 8)
        {
            for (var round = 0; round < 64; round++)
                cipher.Encrypt(block.AsSpan(i, 8));
        }
        return string.Create(CultureInfo.InvariantCulture, $"$2a${cost:00}${Encode(salt)}{Encode(block.AsSpan(0, HashLength))}");
    }

    private static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        var (bits, count) = (0, 0);
        foreach (var unit in bytes)
        {
            bits = (bits << 8) | unit;
            for (count += 8; count >= 6; count -= 6)
                text.Append(Alphabet[(bits >> (count - 6)) & 63]);
            bits &= (1 << count) - 1;
        }
        if (count > 0)
            text.Append(Alphabet[(bits << (6 - count)) & 63]);
        return text.ToString();
    }
}
