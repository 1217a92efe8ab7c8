using System.Runtime.InteropServices;

namespace Buildx.Linux.Terminals;

/// <summary>The C library's calls for terminals as they are.</summary>
internal static unsafe partial class TerminalCalls
{
    /// <summary>Of <c>struct termios</c>, with room to spare.</summary>
    public const int SettingsSize = 128;

    /// <summary>After what was written is out.</summary>
    public const int WhenDrained = 1;

    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "tcgetattr", SetLastError = true)]
    public static partial int GetSettings(int descriptor, byte* settings);

    [LibraryImport(Library, EntryPoint = "tcsetattr", SetLastError = true)]
    public static partial int SetSettings(int descriptor, int when, byte* settings);

    [LibraryImport(Library, EntryPoint = "cfmakeraw")]
    public static partial void MakeRaw(byte* settings);
}
