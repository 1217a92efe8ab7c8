using System.Text;

namespace Buildx.Linux.Tests.FileSystems;

public sealed class FileSystemTests : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("linux-").FullName;

    public void Dispose()
    {
        FileSystem.RemoveTreeAt(null, _path);
    }

    [Fact]
    public void Names_that_are_not_utf8_survive()
    {
        byte[] bytes = [(byte)'a', 0xff, 0xc3, 0xa9, 0x80, 0xed, 0xb2, 0x80, 0xf0, 0x9f, 0x98, 0x80];
        var name = LinuxPath.GetString(bytes);
        Assert.Equal(bytes, LinuxPath.GetBytes(name));
        using var directory = FileSystem.OpenDirectory(_path);
        FileSystem.OpenAt(directory, name, OpenFlags.Create | OpenFlags.WriteOnly, 0x1a4).Dispose();
        var entry = Assert.Single(DirectoryReader.ReadAll(directory));
        Assert.Equal(name, entry.Name);
        Assert.Equal(FileType.Regular, entry.Type);
        using var reader = new DirectoryReader(directory);
        Assert.True(reader.Read());
        Assert.True(FileSystem.TryGetStatusAt(directory, reader.NameWithTerminator, out _));
        Assert.Equal("a\\xffé\\x80\\xed\\xb2\\x80😀", LinuxPath.ToDisplay(name));
    }

    [Fact]
    public void A_link_out_of_the_root_stays_inside()
    {
        using var root = FileSystem.OpenDirectory(_path);
        FileSystem.MakeDirectoryAt(root, "etc", 0x1ed);
        File.WriteAllText(Path.Combine(_path, "etc/passwd"), "inside");
        FileSystem.MakeSymbolicLinkAt("../../../../etc/passwd", root, "link");
        using (var file = FileSystem.OpenIn(root, "link", OpenFlags.ReadOnly))
        using (var reader = new StreamReader(new FileStream(file, FileAccess.Read)))
            Assert.Equal("inside", reader.ReadToEnd());
        Assert.Null(FileSystem.TryOpenIn(root, "link", OpenFlags.ReadOnly, ResolveFlags.Beneath));
        Assert.Equal(Errno.EXDEV, FileSystem.LastError);
        var error = Assert.Throws<LinuxException>(() => FileSystem.OpenIn(root, "link", OpenFlags.ReadOnly, ResolveFlags.NoSymbolicLinks));
        Assert.Equal("openat2 link: too many levels of symbolic links (ELOOP)", error.Message);
    }

    [Fact]
    public void Times_have_nanoseconds()
    {
        using var root = FileSystem.OpenDirectory(_path);
        FileSystem.MakeSymbolicLinkAt("nowhere", root, "link");
        FileSystem.SetTimesAt(root, "link", null, new FileTime(-5, 123_456_789));
        var status = FileSystem.GetStatusAt(root, "link");
        Assert.Equal(new FileTime(-5, 123_456_789), status.ModifiedAt);
        Assert.True(status.IsSymbolicLink);
        Assert.Equal(status.ModifiedAt, FileTime.FromUnixNanoseconds(status.ModifiedAt.UnixNanoseconds));
        Assert.Equal("nowhere", FileSystem.ReadLinkAt(root, "link"));
    }

    [Fact]
    public void Attributes_are_set_listed_and_removed()
    {
        using var root = FileSystem.OpenDirectory(_path);
        using var file = FileSystem.OpenAt(root, "file", OpenFlags.Create | OpenFlags.WriteOnly, 0x1a4);
        Assert.Null(ExtendedAttributes.Get(file, "user.a"));
        var value = new byte[2000];
        ExtendedAttributes.Set(file, "user.a", value);
        ExtendedAttributes.SetAt(root, "file", "trusted.b", "x"u8);
        Assert.Equal(value, ExtendedAttributes.GetAt(root, "file", "user.a"));
        Assert.Equal("x"u8.ToArray(), ExtendedAttributes.Get(file, "trusted.b"));
        Assert.Equal(["trusted.b", "user.a"], ExtendedAttributes.ListAt(root, "file").Order());
        Assert.True(ExtendedAttributes.Remove(file, "user.a"));
        Assert.False(ExtendedAttributes.RemoveAt(root, "file", "user.a"));
        Assert.Equal(["trusted.b"], ExtendedAttributes.List(file));
    }

    [Fact]
    public void Content_is_copied_whole()
    {
        using var root = FileSystem.OpenDirectory(_path);
        var content = new byte[20_000_000];
        Random.Shared.NextBytes(content);
        File.WriteAllBytes(Path.Combine(_path, "a"), content);
        using var source = FileSystem.OpenAt(root, "a", OpenFlags.ReadOnly);
        using (var target = FileSystem.OpenAt(root, "b", OpenFlags.Create | OpenFlags.WriteOnly, 0x1a4))
            Assert.Equal(content.Length, FileSystem.CopyContent(source, target, TestContext.Current.CancellationToken));
        Assert.Equal(content, File.ReadAllBytes(Path.Combine(_path, "b")));
        using (var target = FileSystem.OpenAt(root, "d", OpenFlags.Create | OpenFlags.WriteOnly, 0x1a4))
            Assert.Equal(content.Length, FileSystem.CopyBytes(source, target, content.Length, TestContext.Current.CancellationToken));
        Assert.Equal(content, File.ReadAllBytes(Path.Combine(_path, "d")));
        using (var target = FileSystem.OpenAt(root, "e", OpenFlags.Create | OpenFlags.WriteOnly, 0x1a4))
            Assert.Equal(content.Length, FileSystem.CopyBytes(source, target, content.Length + 1, TestContext.Current.CancellationToken));
        using var proc = FileSystem.OpenAt(null, "/proc/self/status", OpenFlags.ReadOnly);
        using (var target = FileSystem.OpenAt(root, "c", OpenFlags.Create | OpenFlags.WriteOnly, 0x1a4))
            Assert.True(FileSystem.CopyContent(proc, target, TestContext.Current.CancellationToken) > 0);
    }

    [Fact]
    public void A_lock_is_held_by_one()
    {
        var path = Path.Combine(_path, "lock");
        using (var held = FileLock.TryAcquire(path))
        {
            Assert.NotNull(held);
            Assert.Null(FileLock.TryAcquire(path));
        }
        using var again = FileLock.TryAcquire(path);
        Assert.NotNull(again);
    }

    [Fact]
    public void Hundreds_of_directories_are_laid_over_each_other()
    {
        var lowers = new List<string>();
        for (var i = 0; i < 400; i++)
        {
            lowers.Add(Path.Combine(_path, $"a-rather-long-directory-name-for-layer-{i}"));
            Directory.CreateDirectory(lowers[i]);
            File.WriteAllText(Path.Combine(lowers[i], "top"), $"{i}");
            File.WriteAllText(Path.Combine(lowers[i], $"only{i}"), "");
        }
        var target = Directory.CreateDirectory(Path.Combine(_path, "target")).FullName;
        var upper = Directory.CreateDirectory(Path.Combine(_path, "upper")).FullName;
        var work = Directory.CreateDirectory(Path.Combine(_path, "work")).FullName;
        Mount.Overlay(new OverlayOptions(lowers) { UpperDirectory = upper, WorkDirectory = work, Volatile = true }, target);
        try
        {
            Assert.Equal("399", File.ReadAllText(Path.Combine(target, "top")));
            Assert.Equal(401, Directory.GetFiles(target).Length);
            File.Delete(Path.Combine(target, "only7"));
            using var directory = FileSystem.OpenDirectory(upper);
            Assert.True(FileSystem.GetStatusAt(directory, "only7").IsWhiteout);
        }
        finally
        {
            Assert.True(Mount.Unmount(target));
        }
        Assert.False(Mount.Unmount(target));
        var error = Assert.Throws<LinuxException>(
            () => Mount.Overlay(new OverlayOptions([lowers[0], Path.Combine(_path, "missing")]), target));
        Assert.Equal(Errno.ENOENT, error.Errno);
    }

    [Fact]
    public void A_read_only_bind_mount_cannot_be_written()
    {
        var source = Directory.CreateDirectory(Path.Combine(_path, "source")).FullName;
        var target = Directory.CreateDirectory(Path.Combine(_path, "target")).FullName;
        Mount.Bind(source, target, readOnly: true);
        try
        {
            using var directory = FileSystem.OpenDirectory(target);
            Assert.Equal(Errno.EROFS, Assert.Throws<LinuxException>(() => FileSystem.MakeDirectoryAt(directory, "x", 0x1ed)).Errno);
        }
        finally
        {
            Mount.Unmount(target);
        }
    }

    [Fact]
    public void The_disk_has_room()
    {
        var space = DiskSpace.Of(_path);
        Assert.True(space.Total > space.Available && space.Available > 0);
        Assert.Equal(Encoding.UTF8.GetBytes("é"), LinuxPath.GetBytes("é"));
    }
}
