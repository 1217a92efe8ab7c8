using Buildx.Linux;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Operations.Files;

/// <summary>Which extended attributes belong to a file's content, and copying them.</summary>
internal static class ContentAttributes
{
    /// <summary>Labels of this machine and overlayfs's own marks are no content.</summary>
    public static bool IsContent(string name) =>
        !name.StartsWith("trusted.overlay.", StringComparison.Ordinal)
        && !name.StartsWith("user.overlay.", StringComparison.Ordinal)
        && !name.StartsWith("com.apple.", StringComparison.Ordinal)
        && name is not ("security.selinux" or "security.ima" or "security.evm");

    /// <summary>Copies what the file system and our rights allow; the rest is left out, as <c>cp -a</c> does.</summary>
    public static void Copy(SafeFileHandle source, SafeFileHandle target)
    {
        foreach (var name in ExtendedAttributes.List(source))
        {
            if (!IsContent(name) || ExtendedAttributes.Get(source, name) is not { } value)
                continue;
            TrySet(target, name, value);
        }
    }

    public static void TrySet(SafeFileHandle target, string name, ReadOnlySpan<byte> value)
    {
        try
        {
            ExtendedAttributes.Set(target, name, value);
        }
        catch (LinuxException exception) when (exception.Errno is Errno.EOPNOTSUPP or Errno.EPERM or Errno.EACCES or Errno.EINVAL)
        {
            // Not on this file system, or not for this user.
        }
    }
}
