using System.Collections.Immutable;
using Buildx.Linux.Namespaces;
using Buildx.Linux.Processes;

namespace Buildx.Engine.Execution.Emulating;

/// <summary>One architecture that QEMU's user mode can run, and how its executables are recognised (ELF header).</summary>
/// <param name="Architecture">As in images.</param>
/// <param name="QemuName">As in <c>qemu-NAME-static</c>.</param>
/// <param name="Machine"><c>e_machine</c>.</param>
internal sealed record Emulator(string Architecture, string QemuName, ushort Machine, bool Is64Bit, bool IsBigEndian)
{
    private const int HeaderLength = 20;
    private const int AbiVersion = 8;
    private const int Type = 16;

    /// <summary>Those that there are images for, in the order in which they are listed.</summary>
    public static ImmutableArray<Emulator> All { get; } =
    [
        new("amd64", "x86_64", 0x3e, Is64Bit: true, IsBigEndian: false),
        new("arm64", "aarch64", 0xb7, Is64Bit: true, IsBigEndian: false),
        new("riscv64", "riscv64", 0xf3, Is64Bit: true, IsBigEndian: false),
        new("ppc64", "ppc64", 0x15, Is64Bit: true, IsBigEndian: true),
        new("ppc64le", "ppc64le", 0x15, Is64Bit: true, IsBigEndian: false),
        new("s390x", "s390x", 0x16, Is64Bit: true, IsBigEndian: true),
        new("386", "i386", 0x03, Is64Bit: false, IsBigEndian: false),
        new("mips64le", "mips64el", 0x08, Is64Bit: true, IsBigEndian: false),
        new("mips64", "mips64", 0x08, Is64Bit: true, IsBigEndian: true),
        new("loong64", "loongarch64", 0x102, Is64Bit: true, IsBigEndian: false),
        new("arm", "arm", 0x28, Is64Bit: false, IsBigEndian: false),
    ];

    public string HandlerName => "qemu-" + QemuName;

    public static Emulator? For(string architecture) => All.FirstOrDefault(emulator => emulator.Architecture == architecture);

    /// <summary>The first bytes of such an executable.</summary>
    public byte[] Header()
    {
        var header = new byte[HeaderLength];
        "\u007fELF"u8.CopyTo(header);
        (header[4], header[5], header[6]) = ((byte)(Is64Bit ? 2 : 1), (byte)(IsBigEndian ? 2 : 1), 1);
        const ushort executable = 2;
        WriteNumber(header.AsSpan(Type), executable);
        WriteNumber(header.AsSpan(Type + 2), Machine);
        return header;
    }

    /// <summary>The interpreter's path, or null when it isn't installed.</summary>
    public string? FindInterpreter() =>
        ExecutableSearch.Find($"qemu-{QemuName}-static")
        // Newer distributions have one package of static programs under the plain names.
        ?? (ExecutableSearch.Find($"qemu-{QemuName}") is { } plain && !ElfFile.NeedsLoader(plain) ? plain : null);

    /// <summary>
    /// P keeps argv[0], O and C make setuid programs work, F opens the interpreter now: inside a container its path means nothing.
    /// </summary>
    public BinfmtHandler ToHandler(string interpreter)
    {
        var mask = new byte[HeaderLength];
        Array.Fill(mask, (byte)0xff);
        // Any operating system's ABI and ABI version; position-independent executables (3) as well as fixed ones (2).
        mask[AbiVersion - 1] = 0;
        mask[AbiVersion] = 0;
        mask[IsBigEndian ? Type + 1 : Type] = 0xfe;
        return new BinfmtHandler(HandlerName, Enabled: true, interpreter, "POCF", 0, [.. Header()], [.. mask]);
    }

    private void WriteNumber(Span<byte> target, ushort value)
    {
        if (IsBigEndian)
            System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(target, value);
        else
            System.Buffers.Binary.BinaryPrimitives.WriteUInt16LittleEndian(target, value);
    }
}
