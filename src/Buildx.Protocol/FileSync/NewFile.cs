using Buildx.Linux;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Protocol.FileSync;

/// <summary>A file being written under a temporary name, which gets its real one when it is complete.</summary>
internal sealed class NewFile : FileStream
{
    private readonly SafeFileHandle _directory;
    private readonly string _temporaryName;
    private bool _kept;

    public NewFile(SafeFileHandle directory)
        : this(directory, $".tmp.{Guid.NewGuid():N}")
    {
    }

    private NewFile(SafeFileHandle directory, string temporaryName)
        : base(FileSystem.OpenAt(directory, temporaryName, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, 0x180), FileAccess.Write, 0)
    {
        (_directory, _temporaryName) = (directory, temporaryName);
    }

    public void Keep(string name, uint permissions, FileTime modified)
    {
        FileSystem.ChangeMode(SafeFileHandle, permissions);
        FileSystem.SetTimes(SafeFileHandle, null, modified);
        FileSystem.RenameAt(_directory, _temporaryName, _directory, name);
        _kept = true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_directory.IsClosed)
        {
            if (!_kept)
                FileSystem.RemoveFileAt(_directory, _temporaryName);
            _directory.Dispose();
        }
        base.Dispose(disposing);
    }

    public override async ValueTask DisposeAsync()
    {
        Dispose(true);
        await base.DisposeAsync();
    }
}
