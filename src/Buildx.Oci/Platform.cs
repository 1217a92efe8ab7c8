using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

namespace Buildx.Oci;

/// <summary>
/// What an image runs on (OCI image index, <c>platform</c>). Parsed values are normalised as containerd does:
/// <c>x86_64</c> is <c>amd64</c>, <c>aarch64</c> and <c>arm64/v8</c> are <c>arm64</c>, <c>arm</c> is <c>arm/v7</c>.
/// </summary>
public sealed record Platform(
    string Os,
    string Architecture,
    [property: JsonPropertyName("variant"), JsonPropertyOrder(4)] string? Variant = null)
{
    // In the order in which other tools write them, so that equal indexes have equal digests. Foreign JSON may lack either.
    [JsonPropertyName("os"), JsonPropertyOrder(2)]
    public string Os { get; init; } = Os ?? "";

    [JsonPropertyName("architecture"), JsonPropertyOrder(1)]
    public string Architecture { get; init; } = Architecture ?? "";

    [JsonPropertyName("os.version"), JsonPropertyOrder(3)]
    public string? OsVersion { get; init; }

    /// <summary>The same, whatever version of the operating system it is for.</summary>
    public Platform WithoutVersion() => (this with { OsVersion = null }).Normalize();

    /// <summary>The platform of this machine.</summary>
    public static Platform Host { get; } = new Platform("linux", RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.X86 => "386",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        System.Runtime.InteropServices.Architecture.Arm => "arm",
        System.Runtime.InteropServices.Architecture.S390x => "s390x",
        System.Runtime.InteropServices.Architecture.Ppc64le => "ppc64le",
        System.Runtime.InteropServices.Architecture.RiscV64 => "riscv64",
        System.Runtime.InteropServices.Architecture.LoongArch64 => "loong64",
        var other => other.ToString().ToLowerInvariant(),
    }).Normalize();

    /// <exception cref="FormatException">Not <c>os/arch[/variant]</c>, an architecture, or an OS.</exception>
    public static Platform Parse(string text) =>
        TryParse(text, out var platform) ? platform : throw new FormatException($"\"{text}\" is not a platform (want os/arch[/variant], e.g. linux/arm/v7)");

    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Platform? platform)
    {
        platform = null;
        if (string.IsNullOrEmpty(text))
            return false;
        var osVersion = (string?)null;
        var parts = text.Split('/');
        var open = parts[0].IndexOf('(');
        if (open > 0 && parts[0].EndsWith(')'))
        {
            osVersion = parts[0][(open + 1)..^1];
            parts[0] = parts[0][..open];
        }
        foreach (var part in parts)
        {
            if (part.Length == 0 || !part.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.'))
                return false;
        }
        platform = parts switch
        {
            [var one] when IsKnownOs(one) => new Platform(NormalizeOs(one), Host.Architecture, Host.Variant),
            [var one] when IsKnownArchitecture(one) => new Platform(Host.Os, one),
            [var os, var architecture] => new Platform(NormalizeOs(os), architecture),
            [var os, var architecture, var variant] => new Platform(NormalizeOs(os), architecture, variant),
            _ => null,
        };
        platform = platform?.Normalize();
        if (platform is not null && osVersion is not null)
            platform = platform with { OsVersion = osVersion };
        return platform is not null;
    }

    public Platform Normalize()
    {
        var (architecture, variant) = (Architecture.ToLowerInvariant(), Variant?.ToLowerInvariant()) switch
        {
            ("i386" or "i486" or "i586" or "i686" or "386", _) => ("386", null),
            ("x86_64" or "x86-64" or "amd64", null or "" or "v1") => ("amd64", null),
            ("x86_64" or "x86-64" or "amd64", var v) => ("amd64", v),
            ("aarch64" or "arm64", null or "" or "8" or "v8" or "v8.0") => ("arm64", (string?)null),
            ("aarch64" or "arm64", var v) => ("arm64", v == "9" || v == "9.0" || v == "v9.0" ? "v9" : v),
            ("armhf", _) => ("arm", "v7"),
            ("armel", _) => ("arm", "v6"),
            ("arm", null or "" or "7") => ("arm", "v7"),
            ("arm", "5" or "6" or "8") => ("arm", "v" + Variant),
            ("mips64el", var v) => ("mips64le", v),
            ("mipsel", var v) => ("mipsle", v),
            (var a, var v) => (a, string.IsNullOrEmpty(v) ? null : v),
        };
        return this with { Os = NormalizeOs(Os), Architecture = architecture, Variant = variant };
    }

    /// <summary>Whether an image for <paramref name="image"/> can be used where this platform is asked for (an older variant of the same architecture can).</summary>
    public bool Accepts(Platform image)
    {
        var want = Normalize();
        var have = image.Normalize();
        if (want.Os != have.Os || want.Architecture != have.Architecture)
            return false;
        return VariantRank(have) <= VariantRank(want) && (want.Variant == have.Variant || want.Architecture is "arm" or "arm64" or "amd64");
    }

    /// <summary>The greater, the closer to the newest variant: of several images that are accepted, the best has the highest rank.</summary>
    public static int VariantRank(Platform platform) => (platform.Architecture, platform.Variant) switch
    {
        ("arm", null) => 7,
        ("arm64", null) => 8,
        ("amd64", null) => 1,
        (_, ['v', .. var digits]) when int.TryParse(digits.Split('.')[0], out var rank) => rank,
        _ => 0,
    };

    /// <summary><c>os/arch[/variant]</c>.</summary>
    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";

    private static string NormalizeOs(string os) => os.ToLowerInvariant() switch { "macos" => "darwin", var o => o };

    private static bool IsKnownOs(string text) => NormalizeOs(text) is
        "linux" or "windows" or "darwin" or "freebsd" or "netbsd" or "openbsd" or "solaris" or "plan9" or "wasi" or "wasip1";

    private static bool IsKnownArchitecture(string text) => text.ToLowerInvariant() is
        "386" or "i386" or "i686" or "amd64" or "x86_64" or "x86-64" or "arm" or "armhf" or "armel" or "arm64" or "aarch64" or "ppc64" or
        "ppc64le" or "mips" or "mipsle" or "mips64" or "mips64le" or "mips64el" or "riscv64" or "s390x" or "loong64" or "wasm";
}
