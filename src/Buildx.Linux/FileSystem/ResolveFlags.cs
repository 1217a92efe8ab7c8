namespace Buildx.Linux;

/// <summary>How <c>openat2</c> resolves a path.</summary>
[Flags]
public enum ResolveFlags : ulong
{
    None = 0,

    /// <summary>Fail when a mount point is crossed.</summary>
    NoMounts = 0x01,

    /// <summary>Fail on links like <c>/proc/PID/exe</c>.</summary>
    NoMagicLinks = 0x02,

    /// <summary>Fail on any symbolic link.</summary>
    NoSymbolicLinks = 0x04,

    /// <summary>Fail when the path leads out of the directory.</summary>
    Beneath = 0x08,

    /// <summary>Take the directory for <c>/</c>: absolute links and <c>..</c> stay inside.</summary>
    InRoot = 0x10,
}
