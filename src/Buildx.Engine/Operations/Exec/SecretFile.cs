using Buildx.Linux;
using Buildx.Protocol.Pb;
using Mount = Buildx.Linux.Mount;

namespace Buildx.Engine.Operations.Exec;

/// <summary>A secret as a file in memory: it never touches a disk, and is gone when the step ends.</summary>
internal sealed class SecretFile : IAsyncDisposable
{
    private readonly string _directory;

    private SecretFile(string directory) => _directory = directory;

    public string Path => System.IO.Path.Combine(_directory, "secret");

    public static SecretFile Create(string temporaryPath, byte[] value, SecretOpt options)
    {
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        var directory = System.IO.Path.Combine(temporaryPath, "secret-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(directory, ownerOnly);
        try
        {
            Mount.Temporary(directory, mode: (uint)ownerOnly);
        }
        catch
        {
            Directory.Delete(directory);
            throw;
        }
        var file = new SecretFile(directory);
        try
        {
            using var handle = FileSystem.OpenAt(null, file.Path, OpenFlags.WriteOnly | OpenFlags.Create, 0x180);
            FileSystem.Write(handle, value);
            FileSystem.ChangeOwner(handle, options.Uid, options.Gid);
            FileSystem.ChangeMode(handle, options.Mode & 0xfff);
        }
        catch
        {
            file.Remove();
            throw;
        }
        return file;
    }

    public ValueTask DisposeAsync()
    {
        Remove();
        return ValueTask.CompletedTask;
    }

    private void Remove()
    {
        Mount.Unmount(_directory);
        Directory.Delete(_directory);
    }
}
