using System.Runtime.InteropServices;

namespace Buildx.Linux;

/// <summary>A system call that failed: which one, on what, and why.</summary>
public sealed class LinuxException : IOException
{
    public LinuxException(string call, string? path, Errno errno, string? detail = null)
        : base(Describe(call, path, errno, detail))
    {
        (Call, Path, Errno) = (call, path, errno);
        // FileStream and friends put the errno here too; code that looks at IOException alone can tell "disk full".
        HResult = (int)errno;
    }

    /// <summary>The system call's name, e.g. <c>openat2</c>.</summary>
    public string Call { get; }

    /// <summary>What it was called on, if that has a name.</summary>
    public string? Path { get; }

    public Errno Errno { get; }

    /// <summary>The exception for the call that has just failed on this thread.</summary>
    public static LinuxException FromLastError(string call, string? path, string? detail = null) =>
        new(call, path, (Errno)Marshal.GetLastPInvokeError(), detail);

    private static string Describe(string call, string? path, Errno errno, string? detail)
    {
        var name = Enum.IsDefined(errno) ? errno.ToString() : $"errno {(int)errno}";
        var reason = errno switch
        {
            Errno.ENOSPC => "no space left on the disk",
            Errno.EDQUOT => "the disk quota is used up",
            Errno.EROFS => "the file system is read-only",
            _ => LowerFirst(Marshal.GetPInvokeErrorMessage((int)errno)),
        };
        var text = path is null ? $"{call}: {reason} ({name})" : $"{call} {LinuxPath.ToDisplay(path)}: {reason} ({name})";
        return string.IsNullOrEmpty(detail) ? text : $"{text}: {detail}";
    }

    private static string LowerFirst(string text) =>
        text.Length > 1 && char.IsUpper(text[0]) && char.IsLower(text[1]) ? char.ToLowerInvariant(text[0]) + text[1..] : text;
}
