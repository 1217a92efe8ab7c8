using System.Formats.Tar;
using System.Net;
using System.Text.Json;

namespace Buildx.Cli.Building;

/// <summary>
/// An archive on its way to <c>docker load</c>, without the layers that the engine has. That can be told where <c>manifest.json</c> and
/// the image's config come before the layers; any other archive is sent whole.
/// </summary>
internal sealed class LayerFilterContent : HttpContent
{
    private const int MaximumText = 16 << 20;

    private readonly Stream _archive;
    private readonly IReadOnlySet<string> _known;

    /// <param name="known">The layers that the engine has, by <see cref="LayerChain"/>.</param>
    public LayerFilterContent(Stream archive, IReadOnlySet<string> known)
    {
        (_archive, _known) = (archive, known);
        Headers.ContentType = new("application/x-tar");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (_known.Count == 0)
        {
            await _archive.CopyToAsync(stream, cancellationToken);
            return;
        }
        await using var reader = new TarReader(_archive, leaveOpen: true);
        await using var writer = new TarWriter(stream, TarEntryFormat.Gnu, leaveOpen: true);
        (string Config, IReadOnlyList<string> Layers)? manifest = null;
        IReadOnlySet<string> left = new HashSet<string>();
        for (var isFirst = true; await reader.GetNextEntryAsync(cancellationToken: cancellationToken) is { } entry; isFirst = false)
        {
            if (left.Contains(entry.Name))
                continue;
            if (isFirst && entry.Name == "manifest.json")
                manifest = ReadManifest(await BufferAsync(entry, cancellationToken));
            else if (entry.Name == manifest?.Config)
                left = FindKnown(await BufferAsync(entry, cancellationToken), manifest.Value.Layers);
            await WriteAsync(writer, entry, cancellationToken);
        }
        // What pads the archive out is read too, else its sender would wait.
        await _archive.CopyToAsync(Stream.Null, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private static async Task WriteAsync(TarWriter writer, TarEntry entry, CancellationToken cancellationToken)
    {
        if (entry.DataStream is { CanSeek: false } data)
        {
            var sized = new GnuTarEntry(TarEntryType.RegularFile, entry.Name) { Mode = entry.Mode, ModificationTime = entry.ModificationTime, DataStream = new SizedStream(data, entry.Length) };
            await writer.WriteEntryAsync(sized, cancellationToken);
        }
        else
        {
            await writer.WriteEntryAsync(entry, cancellationToken);
        }
    }

    private static async Task<byte[]> BufferAsync(TarEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Length > MaximumText)
            throw new InvalidDataException($"{entry.Name} of the image's archive has {entry.Length} bytes, which is not plausible");
        var text = new MemoryStream();
        await entry.DataStream!.CopyToAsync(text, cancellationToken);
        text.Position = 0;
        entry.DataStream = text;
        return text.ToArray();
    }

    /// <returns>Null for several images.</returns>
    private static (string Config, IReadOnlyList<string> Layers)? ReadManifest(byte[] text)
    {
        using var json = JsonDocument.Parse(text);
        return json.RootElement.GetArrayLength() == 1 && json.RootElement[0] is var image
            ? (image.GetProperty("Config").GetString()!, [.. image.GetProperty("Layers").EnumerateArray().Select(layer => layer.GetString()!)])
            : null;
    }

    private HashSet<string> FindKnown(byte[] config, IReadOnlyList<string> layers)
    {
        using var json = JsonDocument.Parse(config);
        var chain = LayerChain.Of(json.RootElement.GetProperty("rootfs").GetProperty("diff_ids").EnumerateArray().Select(layer => layer.GetString()!));
        if (chain.Count != layers.Count)
            return [];
        // The same layer may be there twice, once on something that the engine has not.
        return [.. layers.Zip(chain).GroupBy(pair => pair.First, StringComparer.Ordinal).Where(pairs => pairs.All(pair => _known.Contains(pair.Second))).Select(pairs => pairs.Key)];
    }
}
