namespace Buildx.Linux;

public static partial class FileSystem
{
    private const int WillNeed = 3;

    /// <summary>
    /// Lets the kernel read a file into memory while others work, as one piece: a program of which every page is awaited on its own
    /// takes longer. Says nothing when it can't.
    /// </summary>
    public static void ReadAhead(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            _ = Libc.PosixFadvise((int)file.DangerousGetHandle(), 0, 0, WillNeed);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever needs the file will tell.
        }
    }
}
