using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Buildx.Linux;
using Buildx.Linux.Processes;
using Buildx.Oci;

namespace Buildx.Engine.Execution.Emulating;

/// <summary>What this processor and kernel run by themselves.</summary>
internal static class NativePlatforms
{
    /// <summary>mov eax, 1; xor ebx, ebx; int 0x80.</summary>
    private static ReadOnlySpan<byte> ExitOnX86 => [0xb8, 1, 0, 0, 0, 0x31, 0xdb, 0xcd, 0x80];

    /// <summary>mov r7, #1; mov r0, #0; svc 0.</summary>
    private static ReadOnlySpan<byte> ExitOnArm => [0x01, 0x70, 0xa0, 0xe3, 0x00, 0x00, 0xa0, 0xe3, 0x00, 0x00, 0x00, 0xef];

    private static readonly Lazy<ImmutableArray<Platform>> Detected = new(Detect);

    /// <summary>The platform of this machine first.</summary>
    public static ImmutableArray<Platform> Current => Detected.Value;

    private static ImmutableArray<Platform> Detect()
    {
        var platforms = ImmutableArray.CreateBuilder<Platform>();
        platforms.Add(Platform.Host);
        switch (RuntimeInformation.OSArchitecture)
        {
            case Architecture.X64:
                for (var level = 2; level <= DetectX86Level(); level++)
                    platforms.Add(new Platform("linux", "amd64", $"v{level}"));
                if (Runs(ElfFile.MakeTiny32(Emulator.For("386")!.Machine, ExitOnX86)))
                    platforms.Add(new Platform("linux", "386"));
                break;
            case Architecture.Arm64:
                if (Runs(ElfFile.MakeTiny32(Emulator.For("arm")!.Machine, ExitOnArm)))
                    platforms.AddRange(ArmVariants);
                break;
            case Architecture.Arm:
                platforms.AddRange(ArmVariants.Where(variant => Platform.VariantRank(variant) < Platform.VariantRank(Platform.Host)));
                break;
            default:
                break;
        }
        return platforms.ToImmutable();
    }

    /// <summary>Newest first; each runs what is for those after it.</summary>
    public static ImmutableArray<Platform> ArmVariants { get; } =
        [new("linux", "arm", "v7"), new("linux", "arm", "v6"), new("linux", "arm", "v5")];

    private static int DetectX86Level()
    {
        if (!(Sse42.IsSupported && Popcnt.IsSupported))
            return 1;
        if (!(Avx2.IsSupported && Bmi1.IsSupported && Bmi2.IsSupported && Fma.IsSupported && Lzcnt.IsSupported))
            return 2;
        return Avx512F.IsSupported && Avx512BW.IsSupported && Avx512CD.IsSupported && Avx512DQ.IsSupported && Avx512F.VL.IsSupported ? 4 : 3;
    }

    private static bool Runs(byte[] program)
    {
        try
        {
            // A file in memory: temporary directories may be mounted without permission to execute.
            using var file = MemoryFile.Create("probe", program);
            using var process = ChildProcess.Start(new ProcessStart(FileSystem.GetMagicPath(file), []));
            return process.Wait().Succeeded;
        }
        catch (LinuxException)
        {
            return false;
        }
    }
}
