using Buildx.Linux;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Sources.Local;

/// <summary>A file that is being received beside the mirror; goes away unless it is moved into it.</summary>
internal sealed class IncomingFile(SafeFileHandle directory, string name, SafeFileHandle handle) : FileStream(handle, FileAccess.Write, 0)
{
    private bool _moved;

    public void MoveTo(SafeFileHandle parent, string newName)
    {
        FileSystem.RenameAt(directory, name, parent, newName);
        _moved = true;
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing && !_moved && !directory.IsClosed)
        {
            FileSystem.RemoveFileAt(directory, name);
            _moved = true;
        }
    }
}
