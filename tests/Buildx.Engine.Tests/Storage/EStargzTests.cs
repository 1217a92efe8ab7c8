using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Tests.Storage;

public sealed class EStargzTests
{
    private const int Piece = 4 << 20;

    private static readonly byte[] Large = RandomBytes((2 * Piece) + 5);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void The_table_leads_to_each_file_and_each_piece_of_a_large_one()
    {
        var tar = StorageFixture.MakeTar(writer =>
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "d/") { Mode = (UnixFileMode)0x1ed, ModificationTime = DateTimeOffset.FromUnixTimeSeconds(1700000000) });
            Write(writer, "d/small", "small <&>"u8.ToArray());
            Write(writer, "d/empty", []);
            Write(writer, "large", Large);
            Write(writer, "exact", Large[..Piece]);
            writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "link") { LinkName = "d/small" });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.HardLink, "hard") { LinkName = "d/small" });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.CharacterDevice, "null") { DeviceMajor = 1, DeviceMinor = 3 });
            Write(writer, new string('n', 150) + "/ü", "long name"u8.ToArray());
        });

        var (blob, diffId, facts) = Make(tar);

        var (table, json) = ReadTable(blob);
        Assert.Equal(Digest.Sha256(json), facts.TableDigest);
        Assert.Equal(1, table.GetProperty("version").GetInt32());
        var entries = table.GetProperty("entries").EnumerateArray().ToList();
        Assert.Equal(
            ["d/ dir", "d/small reg", "d/empty reg", "large reg", "large chunk", "large chunk", "exact reg", "link symlink", "hard hardlink", "null char", new string('n', 150) + "/ü reg"],
            entries.Select(entry => $"{entry.GetProperty("name").GetString()} {entry.GetProperty("type").GetString()}"));
        Assert.Equal("2023-11-14T22:13:20Z", entries[0].GetProperty("modtime").GetString());
        Assert.Equal(Digest.Sha256([]).Value, entries[2].GetProperty("digest").GetString());
        Assert.Equal(Digest.Sha256(Large).Value, entries[3].GetProperty("digest").GetString());
        Assert.Equal([0, Piece, 2 * Piece], entries[3..6].Select(entry => Number(entry, "chunkOffset")));
        Assert.Equal([Piece, Piece, 0], entries[3..6].Select(entry => Number(entry, "chunkSize")));
        Assert.Equal(Piece, Number(entries[6], "chunkSize"));
        Assert.Equal("d/small", entries[7].GetProperty("linkName").GetString());
        Assert.Equal((1, 3), (Number(entries[9], "devMajor"), Number(entries[9], "devMinor")));
        foreach (var entry in entries.Where(entry => entry.TryGetProperty("offset", out _)))
        {
            var size = Number(entry, "chunkSize") is > 0 and var full ? full : Number(entry, "size") is > 0 and <= Piece and var all ? all : Large.Length - Number(entry, "chunkOffset");
            Assert.Equal(entry.GetProperty("chunkDigest").GetString(), Digest.Sha256(ReadMember(blob, Number(entry, "offset"), (int)size)).Value);
        }
        var unpacked = Unpack(blob);
        Assert.Equal(tar, unpacked[..tar.Length]);
        Assert.Equal((Digest.Sha256(unpacked), unpacked.LongLength), (diffId, facts.UncompressedSize!.Value));
    }

    [Fact]
    public void A_layer_that_has_a_table_gets_a_new_one()
    {
        var (first, _, _) = Make(StorageFixture.MakeTar(writer => Write(writer, "file", "x"u8.ToArray())));
        // The table of the first one stands before the archive's end, as in tars that others have written anew.
        var again = StorageFixture.MakeTar(writer =>
        {
            Write(writer, "file", "x"u8.ToArray());
            Write(writer, "stargz.index.json", "{}"u8.ToArray());
        });

        Assert.Equal(first, Make(again).Blob);
    }

    [Fact]
    public void A_tar_that_breaks_off_is_no_layer()
    {
        var tar = StorageFixture.MakeTar(writer => Write(writer, "file", new byte[2000]));
        Assert.Throws<InvalidDataException>(() => Make(tar[..1500]));
        Assert.Throws<InvalidDataException>(() => Make(tar[..700]));
    }

    [Fact]
    public void How_a_tar_is_cut_for_writing_changes_nothing()
    {
        var tar = StorageFixture.MakeTar(writer =>
        {
            for (var i = 0; i < 300; i++)
                Write(writer, $"file{i:d3}", RandomBytes(i * 7));
        });
        Assert.Equal(Make(tar).Blob, Make(tar, step: 511).Blob);
    }

    [Fact]
    public async Task What_a_layers_descriptor_tells_survives_the_engine()
    {
        await using var fixture = await StorageFixture.CreateAsync();
        var layer = await fixture.ChangeAsync(Snapshot.Empty, root => File.WriteAllText(Path.Combine(root, "file"), "x"));
        var compression = new LayerCompression(CompressionType.EStargz);
        var made = await fixture.Layers.GetBlobAsync(layer, compression, Token);
        Assert.Equal(MediaTypes.OciLayerGzip, made.Descriptor.MediaType);
        Assert.Equal(["containerd.io/snapshot/stargz/toc.digest", "io.containers.estargz.uncompressed-size"], made.Descriptor.Annotations!.Keys.Order());

        await fixture.ReopenAsync();

        var found = await fixture.Layers.GetBlobAsync(layer, compression, Token);
        Assert.Equal(made.Descriptor.Digest, found.Descriptor.Digest);
        Assert.Equal(made.Descriptor.Annotations, found.Descriptor.Annotations);
        // The tree is the same, its tar with a table is not.
        var gzip = await fixture.Layers.GetBlobAsync(layer, new LayerCompression(Force: true), Token);
        Assert.NotEqual(made.DiffId, gzip.DiffId);
        Assert.Null(gzip.Descriptor.Annotations);
    }

    private static (byte[] Blob, Digest DiffId, EStargzFacts Facts) Make(byte[] tar, int step = int.MaxValue)
    {
        using var blob = new MemoryStream();
        using var stream = new EStargzStream(blob, 4);
        for (var position = 0; position < tar.Length; position += Math.Min(step, tar.Length))
            stream.Write(tar.AsSpan(position, Math.Min(step, tar.Length - position)));
        var (diffId, facts) = stream.Finish();
        return (blob.ToArray(), diffId, facts);
    }

    private static (JsonElement Table, byte[] Json) ReadTable(byte[] blob)
    {
        var footer = blob.AsSpan(blob.Length - 51);
        Assert.Equal("STARGZ"u8, footer[32..38]);
        Assert.Empty(Unpack(footer.ToArray()));
        var offset = int.Parse(Encoding.ASCII.GetString(footer[16..32]), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        using var reader = new TarReader(new MemoryStream(Unpack(blob[offset..])));
        var entry = reader.GetNextEntry()!;
        Assert.Equal("stargz.index.json", entry.Name);
        var json = new MemoryStream();
        entry.DataStream!.CopyTo(json);
        Assert.Null(reader.GetNextEntry());
        return (JsonDocument.Parse(json.ToArray()).RootElement, json.ToArray());
    }

    private static byte[] ReadMember(byte[] blob, long offset, int size)
    {
        using var gzip = new GZipStream(new MemoryStream(blob, (int)offset, blob.Length - (int)offset), CompressionMode.Decompress);
        var content = new byte[size];
        gzip.ReadExactly(content);
        return content;
    }

    private static byte[] Unpack(byte[] gzip)
    {
        using var stream = new GZipStream(new MemoryStream(gzip), CompressionMode.Decompress);
        var output = new MemoryStream();
        stream.CopyTo(output);
        return output.ToArray();
    }

    private static long Number(JsonElement entry, string name) => entry.TryGetProperty(name, out var value) ? value.GetInt64() : 0;

    private static void Write(TarWriter writer, string name, byte[] content) =>
        writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content), ModificationTime = DateTimeOffset.FromUnixTimeSeconds(1700000000) });

    private static byte[] RandomBytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
