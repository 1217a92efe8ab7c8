using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Linux;

/// <summary>A file system being configured with <c>fsopen</c>, which has no limit on the options' length and says what it dislikes.</summary>
internal sealed unsafe class FileSystemContext : IDisposable
{
    private const nint CloseOnExec = 1;
    private const nint SetFlagCommand = 0;
    private const nint SetStringCommand = 1;
    private const nint CreateCommand = 6;
    private const nint MoveFromEmptyPath = 4;

    private readonly string _type;
    private readonly SafeFileHandle _context;

    public FileSystemContext(string type)
    {
        _type = type;
        var context = LibcMounts.Fsopen(Libc.SysFsopen, type, CloseOnExec);
        if (context < 0)
            throw LinuxException.FromLastError($"fsopen({type})", null);
        _context = new SafeFileHandle(context, ownsHandle: true);
    }

    public void SetFlag(string key) => Configure(SetFlagCommand, key, null);

    public void Set(string key, string value) => Configure(SetStringCommand, key, value);

    /// <param name="attributes"><c>MOUNT_ATTR_*</c>.</param>
    public void MountOn(string target, nint attributes = 0)
    {
        Configure(CreateCommand, null, null);
        var mounted = LibcMounts.Fsmount(Libc.SysFsmount, Libc.Number(_context), CloseOnExec, attributes);
        if (mounted < 0)
            throw LinuxException.FromLastError($"fsmount({_type})", target, ReadMessages());
        using var mount = new SafeFileHandle(mounted, ownsHandle: true);
        if (LibcMounts.MoveMount(Libc.SysMoveMount, Libc.Number(mount), "", Libc.CurrentDirectory, target, MoveFromEmptyPath) < 0)
            throw LinuxException.FromLastError("move_mount", target);
    }

    public void Dispose() => _context.Dispose();

    private void Configure(nint command, string? key, string? value)
    {
        if (LibcMounts.Fsconfig(Libc.SysFsconfig, Libc.Number(_context), command, key, value, 0) < 0)
        {
            throw LinuxException.FromLastError(
                key is null ? $"fsconfig({_type})" : $"fsconfig({_type}, {key})", value, ReadMessages());
        }
    }

    private string ReadMessages()
    {
        var error = System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
        var text = new StringBuilder();
        var buffer = stackalloc byte[1024];
        nint length;
        while ((length = LibcMounts.Read(Libc.Number(_context), buffer, 1024)) > 0)
        {
            // "e overlay: …": level, space, message.
            var line = LinuxPath.ToDisplay(LinuxPath.GetString(new ReadOnlySpan<byte>(buffer, (int)length)).TrimEnd('\n'));
            if (text.Length > 0)
                text.Append("; ");
            text.Append(line.Length > 2 && line[1] == ' ' ? line[2..] : line);
        }
        System.Runtime.InteropServices.Marshal.SetLastPInvokeError(error);
        return text.ToString();
    }
}
