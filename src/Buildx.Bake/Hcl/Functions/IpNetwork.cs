using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;

namespace Buildx.Bake.Hcl.Functions;

/// <summary>A network of IPv4 or IPv6, its addresses as numbers.</summary>
internal readonly record struct IpNetwork(BigInteger Start, int PrefixLength, int AddressLength)
{
    public BigInteger Size => BigInteger.One << (AddressLength - PrefixLength);

    public BigInteger Mask => (BigInteger.One << AddressLength) - Size;

    public static bool TryParse(string text, out IpNetwork network)
    {
        network = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length))
            return false;
        var address = text[..slash];
        if (address.Contains('%', StringComparison.Ordinal) || address.Contains('[', StringComparison.Ordinal) || !IPAddress.TryParse(address, out var parsed))
            return false;
        var isOld = parsed.AddressFamily == AddressFamily.InterNetwork;
        // Other notations of numbers are not meant: all four, in decimal, without zeros in front.
        if (isOld && parsed.ToString() != address)
            return false;
        var bits = isOld ? 32 : 128;
        if (length > bits)
            return false;
        var number = new BigInteger(parsed.GetAddressBytes(), isUnsigned: true, isBigEndian: true);
        var whole = new IpNetwork(BigInteger.Zero, length, bits);
        network = whole with { Start = number / whole.Size * whole.Size };
        return true;
    }

    /// <summary>An address of the network's kind.</summary>
    public string Write(BigInteger address)
    {
        var bytes = new byte[AddressLength / 8];
        var digits = address.ToByteArray(isUnsigned: true, isBigEndian: true);
        digits.CopyTo(bytes, bytes.Length - digits.Length);
        return AddressLength == 32 ? string.Join('.', bytes) : WriteLong(bytes);
    }

    public override string ToString() => $"{Write(Start)}/{PrefixLength}";

    // The longest run of zeros, if more than one, is left out.
    private static string WriteLong(byte[] bytes)
    {
        var groups = Enumerable.Range(0, 8).Select(i => (bytes[2 * i] << 8) | bytes[(2 * i) + 1]).ToArray();
        var (best, length) = (-1, 1);
        for (var i = 0; i < groups.Length; i++)
        {
            var end = i;
            while (end < groups.Length && groups[end] == 0)
                end++;
            if (end - i > length)
                (best, length) = (i, end - i);
        }
        var texts = groups.Select(group => group.ToString("x", CultureInfo.InvariantCulture)).ToArray();
        return best < 0 ? string.Join(':', texts) : $"{string.Join(':', texts[..best])}::{string.Join(':', texts[(best + length)..])}";
    }
}
