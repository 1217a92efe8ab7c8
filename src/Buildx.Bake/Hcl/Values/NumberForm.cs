namespace Buildx.Bake.Hcl.Values;

internal enum NumberForm : byte
{
    Finite,
    NegativeZero,
    PositiveInfinity,
    NegativeInfinity,
}
