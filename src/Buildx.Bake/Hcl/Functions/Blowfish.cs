using System.Buffers.Binary;
using System.Numerics;

namespace Buildx.Bake.Hcl.Functions;

/// <summary>The cipher that <see cref="BcryptHash"/> is made of.</summary>
internal sealed class Blowfish
{
    private const int Rounds = 16;
    private const int BoxLength = 256;
    private static readonly Lazy<uint[]> Start = new(ReadPi);
    private readonly uint[] _keys = Start.Value[..(Rounds + 2)];
    private readonly uint[] _boxes = Start.Value[(Rounds + 2)..];

    /// <summary>Mixes a key, and perhaps a salt, into the state.</summary>
    public void Expand(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt)
    {
        var position = 0;
        for (var i = 0; i < _keys.Length; i++)
            _keys[i] ^= NextWord(key, ref position);
        position = 0;
        uint left = 0, right = 0;
        Refill(_keys, salt, ref position, ref left, ref right);
        Refill(_boxes, salt, ref position, ref left, ref right);
    }

    public void Encrypt(Span<byte> block)
    {
        var left = BinaryPrimitives.ReadUInt32BigEndian(block);
        var right = BinaryPrimitives.ReadUInt32BigEndian(block[4..]);
        Encrypt(ref left, ref right);
        BinaryPrimitives.WriteUInt32BigEndian(block, left);
        BinaryPrimitives.WriteUInt32BigEndian(block[4..], right);
    }

    private void Refill(uint[] words, ReadOnlySpan<byte> salt, ref int position, ref uint left, ref uint right)
    {
        for (var i = 0; i < words.Length; i += 2)
        {
            if (!salt.IsEmpty)
            {
                left ^= NextWord(salt, ref position);
                right ^= NextWord(salt, ref position);
            }
            Encrypt(ref left, ref right);
            words[i] = left;
            words[i + 1] = right;
        }
    }

    private void Encrypt(ref uint left, ref uint right)
    {
        for (var i = 0; i < Rounds; i += 2)
        {
            left ^= _keys[i];
            right ^= Mix(left);
            right ^= _keys[i + 1];
            left ^= Mix(right);
        }
        left ^= _keys[Rounds];
        right ^= _keys[Rounds + 1];
        (left, right) = (right, left);
    }

    private uint Mix(uint word) =>
        ((_boxes[word >> 24] + _boxes[BoxLength + ((word >> 16) & 0xff)]) ^ _boxes[(2 * BoxLength) + ((word >> 8) & 0xff)]) + _boxes[(3 * BoxLength) + (word & 0xff)];

    private static uint NextWord(ReadOnlySpan<byte> bytes, ref int position)
    {
        uint word = 0;
        for (var i = 0; i < 4; i++)
        {
            word = (word << 8) | bytes[position];
            position = (position + 1) % bytes.Length;
        }
        return word;
    }

    /// <summary>The cipher begins with the fraction of pi, which is computed rather than written down.</summary>
    private static uint[] ReadPi()
    {
        const int Words = Rounds + 2 + (4 * BoxLength);
        const int Spare = 64;
        var one = BigInteger.One << ((Words * 32) + Spare);
        var pi = 4 * ((4 * InverseTangent(5, one)) - InverseTangent(239, one));
        var fraction = (pi - (3 * one)) >> Spare;
        var words = new uint[Words];
        for (var i = Words - 1; i >= 0; i--)
        {
            words[i] = (uint)(fraction & uint.MaxValue);
            fraction >>= 32;
        }
        return words;
    }

    private static BigInteger InverseTangent(int divisor, BigInteger one)
    {
        var power = one / divisor;
        var sum = power;
        for (var i = 3; !power.IsZero; i += 2)
        {
            power /= -(divisor * divisor);
            sum += power / i;
        }
        return sum;
    }
}
