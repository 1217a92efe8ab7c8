namespace Buildx.Linux;

public readonly record struct DeviceNumber(uint Major, uint Minor)
{
    /// <summary>As the C library's <c>makedev</c>.</summary>
    public ulong Value =>
        ((Major & 0xfffff000UL) << 32) | ((Major & 0xfffUL) << 8) | ((Minor & 0xffffff00UL) << 12) | (Minor & 0xffUL);
}
