using Microsoft.Win32.SafeHandles;

namespace Buildx.Linux;

/// <summary>
/// Extended attributes: of an open file (not one opened with <see cref="OpenFlags.Path"/>), or of a name in an open
/// directory, links not followed.
/// </summary>
public static unsafe class ExtendedAttributes
{
    /// <returns>Null when the file has no such attribute, or its file system none at all.</returns>
    public static byte[]? Get(SafeFileHandle file, string name)
    {
        Span<byte> small = stackalloc byte[256];
        var size = Read(small);
        if (size == -1)
            return null;
        if (size <= small.Length && size >= 0)
            return small[..size].ToArray();
        var large = new byte[64 * 1024];
        size = Read(large);
        return size < 0 ? null : large.AsSpan(0, size).ToArray();

        int Read(Span<byte> buffer)
        {
            fixed (byte* pointer = buffer)
            {
                var result = LibcAttributes.Fgetxattr(Libc.Number(file), name, pointer, buffer.Length);
                GC.KeepAlive(file);
                return Interpret(result, "fgetxattr", name);
            }
        }
    }

    /// <returns>Null when the file has no such attribute, or its file system none at all.</returns>
    public static byte[]? GetAt(SafeFileHandle? directory, string path, string name)
    {
        var full = FullPath(directory, path);
        Span<byte> small = stackalloc byte[256];
        var size = Read(small);
        if (size == -1)
            return null;
        if (size <= small.Length && size >= 0)
            return small[..size].ToArray();
        var large = new byte[64 * 1024];
        size = Read(large);
        return size < 0 ? null : large.AsSpan(0, size).ToArray();

        int Read(Span<byte> buffer)
        {
            fixed (byte* pointer = buffer)
            {
                var result = LibcAttributes.Lgetxattr(full, name, pointer, buffer.Length);
                GC.KeepAlive(directory);
                return Interpret(result, "lgetxattr", path);
            }
        }
    }

    public static void Set(SafeFileHandle file, string name, ReadOnlySpan<byte> value)
    {
        fixed (byte* pointer = value)
        {
            var result = LibcAttributes.Fsetxattr(Libc.Number(file), name, pointer, value.Length, 0);
            GC.KeepAlive(file);
            if (result < 0)
                throw LinuxException.FromLastError("fsetxattr", null, name);
        }
    }

    public static void SetAt(SafeFileHandle? directory, string path, string name, ReadOnlySpan<byte> value)
    {
        fixed (byte* pointer = value)
        {
            var result = LibcAttributes.Lsetxattr(FullPath(directory, path), name, pointer, value.Length, 0);
            GC.KeepAlive(directory);
            if (result < 0)
                throw LinuxException.FromLastError("lsetxattr", path, name);
        }
    }

    /// <summary>Names of all attributes that the process may see, unordered.</summary>
    public static IReadOnlyList<string> List(SafeFileHandle file)
    {
        Span<byte> buffer = stackalloc byte[1024];
        nint size;
        fixed (byte* pointer = buffer)
            size = LibcAttributes.Flistxattr(Libc.Number(file), pointer, buffer.Length);
        if (size < 0 && FileSystem.LastError == Errno.ERANGE)
        {
            buffer = new byte[64 * 1024];
            fixed (byte* pointer = buffer)
                size = LibcAttributes.Flistxattr(Libc.Number(file), pointer, buffer.Length);
        }
        GC.KeepAlive(file);
        return Split(buffer, size, "flistxattr", null);
    }

    /// <inheritdoc cref="List"/>
    public static IReadOnlyList<string> ListAt(SafeFileHandle? directory, string path)
    {
        var full = FullPath(directory, path);
        Span<byte> buffer = stackalloc byte[1024];
        nint size;
        fixed (byte* pointer = buffer)
            size = LibcAttributes.Llistxattr(full, pointer, buffer.Length);
        if (size < 0 && FileSystem.LastError == Errno.ERANGE)
        {
            buffer = new byte[64 * 1024];
            fixed (byte* pointer = buffer)
                size = LibcAttributes.Llistxattr(full, pointer, buffer.Length);
        }
        GC.KeepAlive(directory);
        return Split(buffer, size, "llistxattr", path);
    }

    /// <returns>False when there was no such attribute.</returns>
    public static bool Remove(SafeFileHandle file, string name)
    {
        var result = LibcAttributes.Fremovexattr(Libc.Number(file), name);
        GC.KeepAlive(file);
        return result == 0 || (IsAbsent(FileSystem.LastError) ? false : throw LinuxException.FromLastError("fremovexattr", null, name));
    }

    /// <returns>False when there was no such attribute.</returns>
    public static bool RemoveAt(SafeFileHandle? directory, string path, string name)
    {
        var result = LibcAttributes.Lremovexattr(FullPath(directory, path), name);
        GC.KeepAlive(directory);
        return result == 0 || (IsAbsent(FileSystem.LastError) ? false : throw LinuxException.FromLastError("lremovexattr", path, name));
    }

    // The calls that take a directory are new in Linux 6.13; the magic link does the same, as long as the rest is one name.
    private static string FullPath(SafeFileHandle? directory, string path)
    {
        if (directory is null)
            return path;
        if (path.Contains('/'))
            throw new ArgumentException($"want a single name, not \"{LinuxPath.ToDisplay(path)}\"", nameof(path));
        return $"{FileSystem.GetMagicPath(directory)}/{path}";
    }

    private static int Interpret(nint result, string call, string? path)
    {
        if (result >= 0)
            return (int)result;
        return FileSystem.LastError switch
        {
            Errno.ERANGE => int.MaxValue,
            var error when IsAbsent(error) => -1,
            _ => throw LinuxException.FromLastError(call, path),
        };
    }

    private static bool IsAbsent(Errno error) => error is Errno.ENODATA or Errno.EOPNOTSUPP;

    private static List<string> Split(ReadOnlySpan<byte> buffer, nint size, string call, string? path)
    {
        var names = new List<string>();
        if (size < 0)
            return FileSystem.LastError == Errno.EOPNOTSUPP ? names : throw LinuxException.FromLastError(call, path);
        var rest = buffer[..(int)size];
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf((byte)0);
            names.Add(LinuxPath.GetString(rest[..end]));
            rest = rest[(end + 1)..];
        }
        return names;
    }
}
