namespace Buildx.Drivers.Native;

/// <summary>Files that only their owner may read.</summary>
internal static class PrivateFile
{
    public const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    public const UnixFileMode DirectoryMode = FileMode | UnixFileMode.UserExecute;

    /// <summary>A reader sees the old content or the new, never a part.</summary>
    public static void WriteAtomically(string path, ReadOnlySpan<byte> content, string temporaryDirectory)
    {
        var temporary = Path.Combine(temporaryDirectory, $".tmp-{Path.GetFileName(path)}{Guid.NewGuid():N}");
        try
        {
            using (var stream = new FileStream(temporary, new FileStreamOptions
            {
                Mode = System.IO.FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = FileMode,
            }))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
