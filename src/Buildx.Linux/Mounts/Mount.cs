using Microsoft.Win32.SafeHandles;

namespace Buildx.Linux;

/// <summary>Mounts and unmounts, in the mount namespace of the process.</summary>
public static unsafe class Mount
{
    private const nint OpenTreeClone = 1;
    private const nint OpenTreeCloseOnExec = 0x80000;
    private const nint Recursive = 0x8000;
    private const nint MoveFromEmptyPath = 4;
    private const ulong AttributeReadOnly = 1;
    private const int DetachFlag = 2;
    private const int NoFollowFlag = 8;

    /// <summary>The old call, for file systems that need no more.</summary>
    public static void New(string? source, string target, string type, MountFlags flags = MountFlags.None, string? data = null)
    {
        if (LibcMounts.Mount(source, target, type, (nuint)flags, data) < 0)
            throw LinuxException.FromLastError($"mount({type})", target);
    }

    /// <summary>Changes how mounts below <paramref name="target"/> propagate (<see cref="MountFlags.Private"/>, <see cref="MountFlags.Slave"/>, with <see cref="MountFlags.Recursive"/>).</summary>
    public static void SetPropagation(string target, MountFlags propagation)
    {
        if (LibcMounts.Mount(null, target, null, (nuint)propagation, null) < 0)
            throw LinuxException.FromLastError("mount(propagation)", target);
    }

    /// <summary>Shows a file or directory at a second place.</summary>
    public static void Bind(string source, string target, bool readOnly = false, bool recursive = false)
    {
        var deep = recursive ? Recursive : 0;
        var number = LibcMounts.OpenTree(Libc.SysOpenTree, Libc.CurrentDirectory, source, OpenTreeClone | OpenTreeCloseOnExec | deep);
        if (number < 0)
            throw LinuxException.FromLastError("open_tree", source);
        using var tree = new SafeFileHandle(number, ownsHandle: true);
        if (readOnly)
        {
            var attributes = new LibcMounts.MountAttributes { Set = AttributeReadOnly };
            if (LibcMounts.MountSetattr(
                    Libc.SysMountSetattr, Libc.Number(tree), "", Libc.EmptyPath | deep, &attributes, sizeof(LibcMounts.MountAttributes)) < 0)
            {
                throw LinuxException.FromLastError("mount_setattr", source);
            }
        }
        if (LibcMounts.MoveMount(Libc.SysMoveMount, Libc.Number(tree), "", Libc.CurrentDirectory, target, MoveFromEmptyPath) < 0)
            throw LinuxException.FromLastError("move_mount", target);
    }

    /// <summary>Lays directories over each other.</summary>
    /// <exception cref="ArgumentException">A single lower directory without an upper one, which overlayfs refuses: bind-mount it.</exception>
    public static void Overlay(OverlayOptions options, string target)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.UpperDirectory is null && options.LowerDirectories.Count < 2)
            throw new ArgumentException("an overlay without an upper directory needs two lower ones", nameof(options));
        using var context = new FileSystemContext("overlay");
        context.Set("source", "overlay");
        // What these record in attributes of the upper directory makes no sense once it's a layer of something else. With
        // "userxattr" both are off, and naming them is refused.
        if (options.UserAttributes)
        {
            context.SetFlag("userxattr");
        }
        else
        {
            context.Set("redirect_dir", "off");
            context.Set("metacopy", "off");
        }
        context.Set("index", "off");
        // "lowerdir+" adds one more below those given before.
        for (var i = options.LowerDirectories.Count - 1; i >= 0; i--)
            context.Set("lowerdir+", options.LowerDirectories[i]);
        if (options.UpperDirectory is not null)
        {
            context.Set("upperdir", options.UpperDirectory);
            context.Set("workdir", options.WorkDirectory ?? throw new ArgumentException("an upper directory needs a work directory", nameof(options)));
            if (options.Volatile)
                context.SetFlag("volatile");
        }
        context.MountOn(target);
    }

    public static void Temporary(string target, long size = 0, uint mode = 0x1ff)
    {
        var data = $"mode={Convert.ToString(mode, 8)}" + (size > 0 ? $",size={size}" : "");
        New("tmpfs", target, "tmpfs", MountFlags.NoSetuid | MountFlags.NoDevices, data);
    }

    /// <param name="detach">Take it out of the tree now, even when somebody still has files open in it.</param>
    /// <returns>False when nothing was mounted there.</returns>
    public static bool Unmount(string target, bool detach = true)
    {
        if (LibcMounts.Umount2(target, NoFollowFlag | (detach ? DetachFlag : 0)) == 0)
            return true;
        return FileSystem.LastError is Errno.EINVAL or Errno.ENOENT ? false : throw LinuxException.FromLastError("umount2", target);
    }
}
