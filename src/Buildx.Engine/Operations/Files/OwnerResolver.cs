using System.Text;
using Buildx.Engine.Trees;
using Buildx.Linux;

namespace Buildx.Engine.Operations.Files;

/// <summary>Looks names up in the account files of a tree.</summary>
internal static class OwnerResolver
{
    public const string UserFile = "/etc/passwd";
    public const string GroupFile = "/etc/group";
    private const int MaxFileSize = 10 << 20;

    /// <summary>
    /// A user alone brings its own group: by name the one of <c>/etc/passwd</c>, by id that same number. A name that is not
    /// found is root, as BuildKit has it.
    /// </summary>
    /// <param name="userTree">Root of the tree whose <c>/etc/passwd</c> counts; needed when the user is a name.</param>
    public static FileOwner Resolve(OwnerPlan plan, string? userTree, string? groupTree)
    {
        uint user = 0, group = 0;
        if (plan.User is { Name: { } userName })
        {
            foreach (var fields in ReadLines(userTree, UserFile))
            {
                if (fields.Length >= 4 && fields[0] == userName && uint.TryParse(fields[2], out var id))
                {
                    user = id;
                    group = uint.TryParse(fields[3], out var primary) ? primary : 0;
                    break;
                }
            }
        }
        else if (plan.User is not null)
        {
            user = group = plan.User.Id;
        }
        if (plan.Group is { Name: { } groupName })
        {
            foreach (var fields in ReadLines(groupTree, GroupFile))
            {
                if (fields.Length >= 3 && fields[0] == groupName && uint.TryParse(fields[2], out var id))
                {
                    group = id;
                    break;
                }
            }
        }
        else if (plan.Group is not null)
        {
            group = plan.Group.Id;
        }
        return new FileOwner(user, group);
    }

    private static IEnumerable<string[]> ReadLines(string? tree, string path)
    {
        if (tree is null)
            return [];
        using var root = FileSystem.OpenDirectory(tree);
        using var handle = FileSystem.TryOpenIn(root, path, OpenFlags.ReadOnly | OpenFlags.NonBlocking);
        if (handle is null)
        {
            return FileSystem.LastError is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP
                ? []
                : throw LinuxException.FromLastError("openat2", path);
        }
        var status = FileSystem.GetStatus(handle);
        if (!status.IsRegular)
            throw new FileOperationException($"{path} is not a regular file, so the owner's name cannot be looked up in it");
        if (status.Size > MaxFileSize)
            throw new FileOperationException($"{path} is larger than {MaxFileSize} bytes, so the owner's name cannot be looked up in it");
        var bytes = new byte[status.Size];
        var length = 0;
        while (length < bytes.Length)
        {
            var read = RandomAccess.Read(handle, bytes.AsSpan(length), length);
            if (read == 0)
                break;
            length += read;
        }
        return Encoding.UTF8.GetString(bytes, 0, length).Split('\n').Select(line => line.Trim().Split(':'));
    }
}
