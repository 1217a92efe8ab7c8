namespace Buildx.Bake.Hcl.Values;

/// <summary>Orders strings by code point, which is the order of their UTF-8 bytes.</summary>
public sealed class CodePointComparer : IComparer<string>
{
    private CodePointComparer()
    {
    }

    public static CodePointComparer Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        if (x is null || y is null)
            return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        var same = x.AsSpan().CommonPrefixLength(y);
        if (same == x.Length || same == y.Length)
            return x.Length - y.Length;
        return Rank(x[same]) - Rank(y[same]);
    }

    // Surrogates stand for code points behind all of the basic plane.
    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
