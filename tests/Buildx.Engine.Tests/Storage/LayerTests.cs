using System.Diagnostics;
using System.Formats.Tar;
using Buildx.Engine.Storage;
using Buildx.Linux;
using Buildx.Oci;

namespace Buildx.Engine.Tests.Storage;

public sealed class LayerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Changes_become_layers_and_stack()
    {
        await using var fixture = await StorageFixture.CreateAsync();
        var one = await fixture.AppendAsync(Snapshot.Empty, root =>
        {
            Directory.CreateDirectory(Path.Combine(root, "dir"));
            File.WriteAllText(Path.Combine(root, "dir/a"), "a");
            File.WriteAllText(Path.Combine(root, "dir/b"), "b");
        });
        var two = await fixture.AppendAsync(one, root =>
        {
            File.Delete(Path.Combine(root, "dir/a"));
            File.WriteAllText(Path.Combine(root, "dir/c"), "c");
        });
        var three = await fixture.AppendAsync(two, root =>
        {
            Directory.Delete(Path.Combine(root, "dir"), recursive: true);
            Directory.CreateDirectory(Path.Combine(root, "dir"));
            File.WriteAllText(Path.Combine(root, "dir/d"), "d");
        });
        await fixture.ReadAsync(Snapshot.Empty, root => Assert.Empty(Directory.GetFileSystemEntries(root)));
        await fixture.ReadAsync(one, root => Assert.Equal(["a", "b"], Names(root)));
        await fixture.ReadAsync(two, root => Assert.Equal(["b", "c"], Names(root)));
        await fixture.ReadAsync(three, root => Assert.Equal(["d"], Names(root)));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(fixture.Root, "mounts")));

        static IEnumerable<string?> Names(string root) => Directory.GetFiles(Path.Combine(root, "dir")).Select(Path.GetFileName).Order();
    }

    [Fact]
    public async Task A_directory_that_was_made_anew_keeps_what_is_in_it_even_if_it_is_as_before()
    {
        await using var fixture = await StorageFixture.CreateAsync();
        void Make(string root)
        {
            Directory.CreateDirectory(Path.Combine(root, "dir/inner"));
            File.WriteAllText(Path.Combine(root, "dir/file"), "x");
            File.SetLastWriteTimeUtc(Path.Combine(root, "dir/file"), DateTime.UnixEpoch);
        }
        var one = await fixture.AppendAsync(Snapshot.Empty, Make);
        var two = await fixture.AppendAsync(one, root =>
        {
            Directory.Delete(Path.Combine(root, "dir"), recursive: true);
            Make(root);
        });
        await fixture.ReadAsync(two, root =>
        {
            Assert.True(Directory.Exists(Path.Combine(root, "dir/inner")));
            Assert.Equal("x", File.ReadAllText(Path.Combine(root, "dir/file")));
        });
    }

    [Fact]
    public async Task What_is_undone_leaves_an_empty_layer()
    {
        await using var fixture = await StorageFixture.CreateAsync();
        var one = await fixture.AppendAsync(Snapshot.Empty, root => Directory.CreateDirectory(Path.Combine(root, "etc/inner")));
        Assert.Equal([], await ChangeAsync(one, _ => { }));
        Assert.Equal([], await ChangeAsync(one, root =>
        {
            File.WriteAllText(Path.Combine(root, "etc/inner/new"), "x");
            File.Delete(Path.Combine(root, "etc/inner/new"));
            File.SetLastWriteTimeUtc(Path.Combine(root, "etc"), DateTime.UnixEpoch);
        }));
        Assert.Equal(["etc/"], await ChangeAsync(one, root => File.SetUnixFileMode(Path.Combine(root, "etc"), UnixFileMode.UserRead)));
        var layer = await fixture.ChangeAsync(one, root =>
        {
            File.WriteAllText(Path.Combine(root, "etc/inner/new"), "x");
            File.Delete(Path.Combine(root, "etc/inner/new"));
            File.WriteAllText(Path.Combine(root, "kept"), "x");
        });
        var tar = await fixture.GetTarAsync(layer);
        Assert.Equal(["kept"], ReadNames(tar));

        async Task<IEnumerable<string>> ChangeAsync(Snapshot snapshot, Action<string> change) =>
            ReadNames(await fixture.GetTarAsync(await fixture.ChangeAsync(snapshot, change)));
    }

    [Fact]
    public async Task A_file_that_is_as_it_was_is_no_change_and_one_of_the_same_size_and_time_is()
    {
        await using var fixture = await StorageFixture.CreateAsync();
        var below = await fixture.AppendAsync(Snapshot.Empty, root =>
        {
            File.WriteAllText(Path.Combine(root, "same"), "1");
            File.WriteAllText(Path.Combine(root, "other"), "1");
        });
        var layer = await fixture.ChangeAsync(below, root =>
        {
            File.SetUnixFileMode(Path.Combine(root, "same"), File.GetUnixFileMode(Path.Combine(root, "same")));
            var other = new FileInfo(Path.Combine(root, "other"));
            var time = other.LastWriteTimeUtc;
            File.WriteAllText(other.FullName, "2");
            other.LastWriteTimeUtc = time;
        });
        Assert.Equal(["other"], ReadNames(await fixture.GetTarAsync(layer)));
    }

    [Fact]
    public async Task A_layer_knows_when_it_was_made_as_long_as_it_exists()
    {
        await using var fixture = await StorageFixture.CreateAsync();
        var layer = (await fixture.AppendAsync(Snapshot.Empty, root => File.WriteAllText(Path.Combine(root, "file"), "x"))).Layers[0];
        var made = fixture.Layers.GetCreatedAt(layer);
        Assert.NotNull(made);
        await fixture.ReopenAsync();
        Assert.Equal(made, fixture.Layers.GetCreatedAt(layer));
        Assert.Null(fixture.Layers.GetCreatedAt(new LayerId("gone")));
    }

    [Fact]
    public async Task A_snapshot_of_300_layers_is_mounted()
    {
        await using var fixture = await StorageFixture.CreateAsync();
        var snapshot = Snapshot.Empty;
        for (var i = 0; i < 300; i++)
        {
            var number = i;
            snapshot = snapshot.Append(fixture.AddImage(StorageFixture.MakeTar(writer =>
            {
                Write(writer, "top", $"{number}");
                Write(writer, $"dir/{number}", "x");
            })));
        }
        await fixture.ReadAsync(snapshot, root =>
        {
            Assert.Equal("299", File.ReadAllText(Path.Combine(root, "top")));
            Assert.Equal(300, Directory.GetFiles(Path.Combine(root, "dir")).Length);
        });
        Assert.NotEmpty(await fixture.GetTarAsync(await fixture.ChangeAsync(snapshot.Append(snapshot.Layers[0]), root =>
        {
            Assert.Equal("0", File.ReadAllText(Path.Combine(root, "top")));
            File.Delete(Path.Combine(root, "top"));
        })));
    }

    [Fact]
    public async Task A_layer_is_fetched_once_and_only_when_it_is_mounted()
    {
        await using var fixture = await StorageFixture.CreateAsync();
        var tars = Enumerable.Range(0, 5).Select(i => StorageFixture.MakeTar(writer => Write(writer, $"file{i}", "x"))).ToArray();
        var gate = new TaskCompletionSource();
        var sources = tars.Select(tar => new TestSource(tar) { Gate = gate }).ToArray();
        var snapshot = new Snapshot([.. tars.Select((tar, i) => fixture.AddImage(tar, sources[i]))]);
        Assert.True(fixture.Layers.IsAvailable(snapshot));
        var blob = await fixture.Layers.GetBlobAsync(snapshot.Layers[0], new LayerCompression(), Token);
        Assert.Same(sources[0], blob.Source);
        Assert.Equal(sources[0].Descriptor.Digest, blob.Descriptor.Digest);
        Assert.All(sources, source => Assert.Equal(0, source.Opened));

        using var impatient = new CancellationTokenSource();
        var cancelled = fixture.Layers.MountAsync(snapshot, null, impatient.Token).AsTask();
        var mounts = Enumerable.Range(0, 8).Select(_ => fixture.Layers.MountAsync(snapshot, null, Token).AsTask()).ToArray();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        gate.SetResult();
        foreach (var mount in mounts)
        {
            await using var tree = await mount;
            Assert.Equal(5, Directory.GetFiles(tree.Path).Length);
        }
        Assert.All(sources, source => Assert.Equal(1, source.Opened));
        Assert.Null((await fixture.Layers.GetBlobAsync(snapshot.Layers[0], new LayerCompression(), Token)).Source);

        await fixture.ReopenAsync();
        Assert.True(fixture.Layers.IsAvailable(snapshot));
        await fixture.ReadAsync(snapshot, root => Assert.Equal(5, Directory.GetFiles(root).Length));
    }

    [Fact]
    public async Task Content_that_does_not_match_is_never_shown()
    {
        await using var fixture = await StorageFixture.CreateAsync();
        var tar = StorageFixture.MakeTar(writer => Write(writer, "file", "x"));
        var damaged = new Snapshot([fixture.AddImage(tar, new TestSource(tar, damage: blob => [.. blob[..^1], 7]))]);
        var error = await Assert.ThrowsAsync<InvalidDataException>(async () => await fixture.Layers.MountAsync(damaged, null, Token));
        Assert.Contains("does not match its digest", error.Message, StringComparison.Ordinal);
        var other = StorageFixture.MakeTar(writer => Write(writer, "other", "x"));
        var source = new TestSource(other);
        var lying = new Snapshot([fixture.Layers.AddImageLayer(Digest.Sha256("something else"u8), source.Descriptor, source)]);
        error = await Assert.ThrowsAsync<InvalidDataException>(async () => await fixture.Layers.MountAsync(lying, null, Token));
        Assert.Contains("diff id", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(fixture.Root, "layers")));
        await fixture.ReadAsync(new Snapshot([fixture.AddImage(tar)]), root => Assert.True(File.Exists(Path.Combine(root, "file"))));
    }

    [Theory]
    [InlineData("gnu")]
    [InlineData("pax")]
    [InlineData("ustar")]
    public async Task A_tar_of_GNU_tar_comes_back_as_it_was(string format)
    {
        await using var fixture = await StorageFixture.CreateAsync();
        var tree = Path.Combine(fixture.Scratch, "tree");
        MakeRichTree(tree, longNames: format != "ustar");
        var tarPath = Path.Combine(fixture.Scratch, "layer.tar");
        string[] attributes = format == "pax" ? ["--xattrs", "--xattrs-include=*"] : [];
        Run("tar", [.. attributes, $"--format={format}", "--sort=name", "-cf", tarPath, "-C", tree, "."]);
        var tar = File.ReadAllBytes(tarPath);
        var snapshot = new Snapshot([fixture.AddImage(tar)]);
        await fixture.ReadAsync(snapshot, root => Assert.Equal(Describe(tree, format == "pax"), Describe(root, format == "pax")));

        // And out again: our tar, unpacked by GNU tar, is the same tree.
        var again = await fixture.ChangeAsync(Snapshot.Empty, root => Run("cp", "-a", $"{tree}/.", root));
        File.WriteAllBytes(tarPath, await fixture.GetTarAsync(again));
        var back = Directory.CreateDirectory(Path.Combine(fixture.Scratch, "back")).FullName;
        Run("tar", "--xattrs", "--xattrs-include=*", "-xpf", tarPath, "-C", back);
        Assert.Equal(Describe(tree, withAttributes: true), Describe(back, withAttributes: true));
        Assert.Equal(await fixture.GetTarAsync(again), await fixture.GetTarAsync(again));
    }

    [Fact]
    public async Task Whiteouts_hide_what_is_below_and_nothing_else()
    {
        await using var fixture = await StorageFixture.CreateAsync();
        var below = fixture.AddImage(StorageFixture.MakeTar(writer =>
        {
            Write(writer, "gone", "x");
            Write(writer, "dir/old", "x");
            Write(writer, "other/old", "x");
            Write(writer, "replaced/old", "x");
        }));
        var above = StorageFixture.MakeTar(writer =>
        {
            Write(writer, ".wh.gone", "");
            Write(writer, "dir/.wh..wh..opq", "");
            Write(writer, "dir/new", "x");
            Write(writer, ".wh.replaced", "");
            writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "replaced/"));
            Write(writer, "replaced/new", "x");
            Write(writer, "other/.wh..wh.plnk", "");
        });
        var snapshot = new Snapshot([below, fixture.AddImage(above)]);
        await fixture.ReadAsync(snapshot, root =>
        {
            Assert.False(File.Exists(Path.Combine(root, "gone")));
            Assert.Equal(["dir", "other", "replaced"], Directory.GetDirectories(root).Select(Path.GetFileName).Order());
            Assert.Equal(["new"], Directory.GetFiles(Path.Combine(root, "dir")).Select(Path.GetFileName));
            Assert.Equal(["new"], Directory.GetFiles(Path.Combine(root, "replaced")).Select(Path.GetFileName));
            Assert.Equal(["old"], Directory.GetFiles(Path.Combine(root, "other")).Select(Path.GetFileName));
        });
        var made = await fixture.ChangeAsync(new Snapshot([below]), root =>
        {
            File.Delete(Path.Combine(root, "gone"));
            Directory.Delete(Path.Combine(root, "dir"), recursive: true);
            Directory.CreateDirectory(Path.Combine(root, "dir"));
            File.WriteAllText(Path.Combine(root, "dir/new"), "x");
            File.WriteAllText(Path.Combine(root, "short"), "x");
            File.Delete(Path.Combine(root, "short"));
        });
        Assert.Equal(["dir/", "dir/new", "dir/.wh.old", ".wh.gone"], ReadNames(await fixture.GetTarAsync(made)));
    }

    [Theory]
    [InlineData("../../escape")]
    [InlineData("/escape")]
    [InlineData("link/escape")]
    public async Task A_layer_cannot_write_outside_of_itself(string name)
    {
        await using var fixture = await StorageFixture.CreateAsync();
        var outside = Path.Combine(fixture.Scratch, "outside");
        Directory.CreateDirectory(outside);
        var tar = StorageFixture.MakeTar(writer =>
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "link") { LinkName = "../../../../../../../../../.." + outside });
            Write(writer, name, "x");
            writer.WriteEntry(new PaxTarEntry(TarEntryType.HardLink, "hard") { LinkName = name });
        });
        await fixture.ReadAsync(new Snapshot([fixture.AddImage(tar)]), root => Assert.True(File.Exists(Path.Combine(root, "hard"))));
        Assert.Empty(Directory.GetFileSystemEntries(outside));
        Assert.False(File.Exists("/escape"));
    }

    [Theory]
    [InlineData("Gzip")]
    [InlineData("Zstd")]
    [InlineData("Uncompressed")]
    public async Task Blobs_are_made_once_in_every_compression(string name)
    {
        var type = Enum.Parse<CompressionType>(name);
        await using var fixture = await StorageFixture.CreateAsync();
        var data = new byte[5_000_000];
        new Random(1).NextBytes(data.AsSpan(0, 2_500_000));
        var layer = await fixture.ChangeAsync(Snapshot.Empty, root => File.WriteAllBytes(Path.Combine(root, "data"), data));
        var compression = new LayerCompression(type);
        var tar = await fixture.GetTarAsync(layer, compression);
        Assert.Equal(["data"], ReadNames(tar));
        var blobs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => fixture.Layers.GetBlobAsync(layer, compression, Token).AsTask()));
        var blob = Assert.Single(blobs.Distinct());
        if (type == CompressionType.Gzip)
        {
            var path = Path.Combine(fixture.Scratch, "blob.gz");
            await using (var stream = fixture.Store.Content.OpenRead(blob.Descriptor.Digest))
            await using (var file = File.Create(path))
                await stream.CopyToAsync(file, Token);
            Run("gzip", "-t", path);
        }
        // Another kind only by force.
        var other = new LayerCompression(type == CompressionType.Zstd ? CompressionType.Gzip : CompressionType.Zstd);
        Assert.Equal(blob.Descriptor.Digest, (await fixture.Layers.GetBlobAsync(layer, other, Token)).Descriptor.Digest);
        var forced = await fixture.Layers.GetBlobAsync(layer, other with { Force = true, OciMediaTypes = false }, Token);
        Assert.NotEqual(blob.Descriptor.Digest, forced.Descriptor.Digest);
        Assert.Equal(blob.DiffId, forced.DiffId);
        Assert.StartsWith("application/vnd.docker.", forced.Descriptor.MediaType, StringComparison.Ordinal);
        var rewritten = await fixture.Layers.GetBlobAsync(
            layer, compression with { RewriteTimestamp = DateTimeOffset.UnixEpoch.AddSeconds(5) }, Token);
        Assert.NotEqual(blob.DiffId, rewritten.DiffId);
    }

    [Fact]
    public async Task An_image_layer_is_converted_only_by_force()
    {
        await using var fixture = await StorageFixture.CreateAsync();
        var tar = StorageFixture.MakeTar(writer => Write(writer, "file", "x"));
        var source = new TestSource(tar);
        var layer = fixture.AddImage(tar, source);
        var kept = await fixture.Layers.GetBlobAsync(layer, new LayerCompression(CompressionType.Zstd, OciMediaTypes: false), Token);
        Assert.Equal(source.Descriptor.Digest, kept.Descriptor.Digest);
        Assert.Equal(MediaTypes.DockerLayerGzip, kept.Descriptor.MediaType);
        Assert.Equal(0, source.Opened);
        var converted = await fixture.Layers.GetBlobAsync(layer, new LayerCompression(CompressionType.Zstd, Force: true), Token);
        Assert.Equal(Digest.Sha256(tar), converted.DiffId);
        Assert.Equal(MediaTypes.OciLayerZstd, converted.Descriptor.MediaType);
        Assert.Equal(1, source.Opened);
    }

    [Fact]
    public async Task A_damaged_archive_is_refused()
    {
        await using var fixture = await StorageFixture.CreateAsync();
        var tar = StorageFixture.MakeTar(writer => Write(writer, "file", new string('x', 5000)));
        foreach (var bad in new[] { tar[..2000], [.. tar[..20], 7, .. tar[21..]], new byte[] { 1, 2, 3 } })
        {
            await Assert.ThrowsAsync<InvalidDataException>(
                async () => await fixture.Layers.MountAsync(new Snapshot([fixture.AddImage(bad)]), null, Token));
        }
        var link = StorageFixture.MakeTar(writer => writer.WriteEntry(new PaxTarEntry(TarEntryType.HardLink, "a") { LinkName = "missing" }));
        var error = await Assert.ThrowsAsync<InvalidDataException>(
            async () => await fixture.Layers.MountAsync(new Snapshot([fixture.AddImage(link)]), null, Token));
        Assert.Equal("hard link \"a\" to \"missing\", which does not come before it in the layer", error.Message);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(fixture.Root, "mounts")));
    }

    private static void Write(TarWriter writer, string name, string content) =>
        writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name)
        {
            DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(content)),
            ModificationTime = DateTimeOffset.UnixEpoch.AddDays(1),
        });

    private static List<string> ReadNames(byte[] tar)
    {
        using var reader = new TarReader(new MemoryStream(tar));
        var names = new List<string>();
        while (reader.GetNextEntry() is { } entry)
            names.Add(entry.Name);
        return names;
    }

    private static void MakeRichTree(string tree, bool longNames)
    {
        Directory.CreateDirectory(Path.Combine(tree, "dir/inner"));
        File.WriteAllText(Path.Combine(tree, "dir/inner/file"), "content");
        File.WriteAllText(Path.Combine(tree, "setuid"), "s");
        File.WriteAllText(Path.Combine(tree, "empty"), "");
        using var root = FileSystem.OpenDirectory(tree);
        FileSystem.ChangeOwnerAt(root, "setuid", 1000, 65534);
        FileSystem.ChangeModeAt(root, "setuid", 0x9ed);
        FileSystem.MakeHardLinkAt(root, "setuid", root, "hard");
        FileSystem.MakeSymbolicLinkAt("dir/inner/file", root, "link");
        FileSystem.MakeSymbolicLinkAt("/absolute/nowhere", root, "dangling");
        if (UserNamespace.IsInitial)
            FileSystem.MakeNodeAt(root, "device", FileType.CharacterDevice, 0x1a4, new DeviceNumber(1, 3));
        FileSystem.MakeNodeAt(root, "pipe", FileType.Fifo, 0x1a4);
        FileSystem.ChangeModeAt(root, "dir", 0x7fd);
        if (longNames)
        {
            var deep = string.Join('/', Enumerable.Repeat("a-long-directory-name", 12));
            Directory.CreateDirectory(Path.Combine(tree, deep));
            File.WriteAllText(Path.Combine(tree, deep, new string('f', 120)), "deep");
            FileSystem.MakeSymbolicLinkAt(new string('t', 150), root, "longlink");
            FileSystem.OpenAt(root, LinuxPath.GetString([(byte)'n', 0xff, 0xe9]), OpenFlags.Create | OpenFlags.WriteOnly, 0x1a4).Dispose();
            File.WriteAllText(Path.Combine(tree, "größe"), "utf-8");
        }
        using (var file = FileSystem.OpenAt(root, "empty", OpenFlags.WriteOnly))
        {
            ExtendedAttributes.Set(file, "user.note", [0, (byte)'=', (byte)'\n', 0xff]);
            ExtendedAttributes.Set(file, "security.capability", [1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        }
        SetTimes(root);

        static void SetTimes(Microsoft.Win32.SafeHandles.SafeFileHandle directory)
        {
            foreach (var entry in DirectoryReader.ReadAll(directory))
            {
                if (entry.Type == FileType.Directory)
                {
                    using var inner = FileSystem.OpenAt(directory, entry.Name, OpenFlags.Directory);
                    SetTimes(inner);
                }
                FileSystem.SetTimesAt(directory, entry.Name, null, new FileTime(1_000_000_000 + entry.Name.Length, 0));
            }
        }
    }

    private static List<string> Describe(string tree, bool withAttributes)
    {
        var lines = new List<string>();
        using var root = FileSystem.OpenDirectory(tree);
        Walk(root, "");
        lines.Sort(StringComparer.Ordinal);
        return lines;

        void Walk(Microsoft.Win32.SafeHandles.SafeFileHandle directory, string path)
        {
            foreach (var entry in DirectoryReader.ReadAll(directory))
            {
                var status = FileSystem.GetStatusAt(directory, entry.Name);
                var attributes = withAttributes
                    ? string.Join(',', ExtendedAttributes.ListAt(directory, entry.Name).Order().Select(
                        name => $"{name}={Convert.ToHexString(ExtendedAttributes.GetAt(directory, entry.Name, name)!)}"))
                    : "";
                var content = status.IsSymbolicLink ? FileSystem.ReadLinkAt(directory, entry.Name)
                    : status.IsRegular ? ReadText(directory, entry.Name) : "";
                lines.Add(
                    $"{path}{LinuxPath.ToDisplay(entry.Name)} {status.Mode:x} {status.Uid}:{status.Gid} {(status.IsDirectory ? 0 : status.LinkCount)} "
                    + $"{status.SpecialDevice} {status.ModifiedAt} {content} {attributes}");
                if (!status.IsDirectory)
                    continue;
                using var inner = FileSystem.OpenAt(directory, entry.Name, OpenFlags.Directory);
                Walk(inner, $"{path}{entry.Name}/");
            }
        }
    }

    private static string ReadText(Microsoft.Win32.SafeHandles.SafeFileHandle directory, string name)
    {
        using var reader = new StreamReader(new FileStream(FileSystem.OpenAt(directory, name, OpenFlags.ReadOnly), FileAccess.Read));
        return reader.ReadToEnd();
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
    }
}
