using System.Globalization;
using Buildx.Linux;
using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <summary>All layers, in memory and in the database.</summary>
internal sealed class LayerTable
{
    private readonly StateDatabase _database;
    private readonly StorageLayout _layout;
    private readonly ContentStore _content;
    private readonly TimeProvider _time;
    private readonly Trash _trash;
    private readonly Dictionary<LayerId, Layer> _layers = [];
    private readonly Dictionary<Digest, Layer> _byDiffId = [];

    public LayerTable(StateDatabase database, StorageLayout layout, ContentStore content, TimeProvider time, Trash trash)
    {
        (_database, _layout, _content, _time, _trash) = (database, layout, content, time, trash);
        var rows = database.Query(
            "SELECT id, diff_id, unpacked, size, flags, created_at, last_used_at, usage_count, continues FROM layers",
            row => (Continues: row.IsDBNull(8) ? (long?)null : row.GetInt64(8), Layer: new Layer(row.GetInt64(0), ToId(row.GetInt64(0)))
            {
                DiffId = row.IsDBNull(1) ? null : Digest.Parse(row.GetString(1)),
                IsUnpacked = row.GetInt64(2) != 0,
                Size = row.GetInt64(3),
                Flags = (LayerFlags)row.GetInt64(4),
                CreatedAt = new DateTimeOffset(row.GetInt64(5), TimeSpan.Zero),
                LastUsedAt = new DateTimeOffset(row.GetInt64(6), TimeSpan.Zero),
                UsageCount = row.GetInt32(7),
            }));
        foreach (var (_, layer) in rows)
            Remember(layer);
        foreach (var (continued, layer) in rows)
        {
            if (continued is { } number)
                Continue(layer, _layers[ToId(number)]);
        }
        var blobs = database.Query(
            "SELECT layer, variant, media_type, digest, size, diff_id, table_digest, uncompressed_size FROM layer_blobs",
            row => (ToId(row.GetInt64(0)), row.GetString(1), new StoredBlob(
                new Descriptor(row.GetString(2), Digest.Parse(row.GetString(3)), row.GetInt64(4))
                {
                    Annotations = row.IsDBNull(6) ? null : new EStargzFacts(Digest.Parse(row.GetString(6)), row.IsDBNull(7) ? null : row.GetInt64(7)).ToAnnotations(),
                },
                Digest.Parse(row.GetString(5)))));
        foreach (var (id, variant, blob) in blobs)
            _layers[id].Blobs[variant] = blob;
    }

    public Lock Lock { get; } = new();

    /// <summary>Under <see cref="Lock"/>.</summary>
    public IReadOnlyCollection<Layer> All => _layers.Values;

    /// <exception cref="StorageException">It was garbage-collected.</exception>
    public Layer Get(LayerId id)
    {
        lock (Lock)
            return _layers.TryGetValue(id, out var layer) ? layer : throw new StorageException($"layer {id} is no longer in the store");
    }

    public Layer? Find(LayerId id)
    {
        lock (Lock)
            return _layers.GetValueOrDefault(id);
    }

    public string GetPath(Layer layer) => _layout.GetLayerPath(layer.Number);

    /// <summary>The directories that the layer is made of, lowest first, without those that add nothing.</summary>
    public IReadOnlyList<string> GetPaths(Layer layer)
    {
        var paths = new List<string>();
        for (var part = layer; part is not null; part = part.Continues)
        {
            if (!part.Flags.HasFlag(LayerFlags.Empty))
                paths.Add(GetPath(part));
        }
        paths.Reverse();
        return paths;
    }

    public Layer AddImageLayer(Digest diffId, Descriptor blob, IBlobSource source)
    {
        // What else is noted there is about that image, not about the layer.
        blob = blob with { Annotations = EStargzFacts.Of(blob)?.ToAnnotations() };
        lock (Lock)
        {
            var now = _time.GetUtcNow();
            if (!_byDiffId.TryGetValue(diffId, out var layer))
            {
                long number = 0;
                _database.InTransaction(() =>
                {
                    number = _database.Insert(
                        "INSERT INTO layers(diff_id, unpacked, size, flags, created_at, last_used_at, usage_count, synced) VALUES($1,0,0,0,$2,$2,0,0)",
                        diffId.Value, now.UtcTicks);
                    SaveBlob(number, Layer.Original, new StoredBlob(blob, diffId));
                });
                layer = new Layer(number, ToId(number)) { DiffId = diffId, CreatedAt = now, LastUsedAt = now };
                layer.Blobs[Layer.Original] = new StoredBlob(blob, diffId);
                Remember(layer);
            }
            else if (!layer.Blobs.TryGetValue(Layer.Original, out var known) || !_content.TryGetSize(known.Descriptor.Digest, out _))
            {
                // The same tree in another wrapping, or one that was made here and now comes from a registry as well.
                SetBlob(layer, Layer.Original, new StoredBlob(blob, diffId));
            }
            layer.Source = source;
            return layer;
        }
    }

    /// <summary>Takes a directory, complete, as a new layer.</summary>
    /// <param name="continued">The layer that the directory's content differs from; held by the caller. Null when it is all.</param>
    public Layer AddDirectory(string path, LayerTree tree, Layer? continued = null)
    {
        lock (Lock)
        {
            var now = _time.GetUtcNow();
            Layer? layer = null;
            _database.InTransaction(() =>
            {
                var number = _database.Insert(
                    "INSERT INTO layers(diff_id, unpacked, size, flags, created_at, last_used_at, usage_count, synced, continues) VALUES(NULL,1,$1,$2,$3,$3,0,0,$4)",
                    tree.Size, (long)tree.Flags, now.UtcTicks, continued?.Number);
                layer = new Layer(number, ToId(number))
                {
                    IsUnpacked = true,
                    Size = tree.Size,
                    Flags = tree.Flags,
                    CreatedAt = now,
                    LastUsedAt = now,
                };
                FileSystem.RenameAt(null, path, null, GetPath(layer));
            });
            Remember(layer!);
            if (continued is not null)
                Continue(layer!, continued);
            return layer!;
        }
    }

    /// <summary>Takes a directory, complete and verified, as what a lazy layer holds.</summary>
    public void SetUnpacked(Layer layer, string path, LayerTree tree)
    {
        lock (Lock)
        {
            FileSystem.RenameAt(null, path, null, GetPath(layer));
            _database.Execute(
                "UPDATE layers SET unpacked=1, size=$1, flags=$2, synced=0 WHERE id=$3", tree.Size, (long)tree.Flags, layer.Number);
            (layer.IsUnpacked, layer.Size, layer.Flags) = (true, tree.Size, tree.Flags);
        }
    }

    public void SetBlob(Layer layer, string variant, StoredBlob blob)
    {
        lock (Lock)
        {
            SaveBlob(layer.Number, variant, blob);
            layer.Blobs[variant] = blob;
        }
    }

    /// <summary>The tree's digest, once it's known; another layer that has it already keeps it.</summary>
    public void SetDiffId(Layer layer, Digest diffId)
    {
        lock (Lock)
        {
            if (layer.DiffId is not null || _byDiffId.ContainsKey(diffId))
                return;
            _database.Execute("UPDATE layers SET diff_id=$1 WHERE id=$2", diffId.Value, layer.Number);
            layer.DiffId = diffId;
            _byDiffId[diffId] = layer;
        }
    }

    /// <summary>Keeps layers from garbage collection until disposed.</summary>
    /// <exception cref="StorageException">One is gone already.</exception>
    public IDisposable Hold(IEnumerable<LayerId> ids)
    {
        lock (Lock)
        {
            var layers = ids.Select(Get).ToArray();
            var now = _time.GetUtcNow();
            foreach (var layer in layers)
            {
                layer.Holders++;
                layer.LastUsedAt = now;
            }
            return new LayerHold(this, layers);
        }
    }

    public void Release(IEnumerable<Layer> layers)
    {
        lock (Lock)
        {
            foreach (var layer in layers)
                layer.Holders--;
        }
    }

    /// <summary>Whether it is here or can be had. A lazy layer needs its blob, or somebody who can fetch it.</summary>
    public bool IsAvailable(LayerId id)
    {
        lock (Lock)
        {
            return _layers.TryGetValue(id, out var layer)
                && (layer.IsUnpacked || layer.Source is { IsUsable: true }
                    || (layer.Blobs.TryGetValue(Layer.Original, out var blob) && _content.TryGetSize(blob.Descriptor.Digest, out _)));
        }
    }

    /// <summary>Forgets a layer that nobody holds, with its directory and blobs.</summary>
    /// <returns>False when somebody holds it, or another layer continues it.</returns>
    public bool Remove(Layer layer)
    {
        lock (Lock)
        {
            if (layer.Holders > 0 || layer.Continuations > 0)
                return false;
            if (layer.IsRemoved)
                return true;
            if (layer.Continues is { } continued)
                continued.Continuations--;
            _database.Execute("DELETE FROM layers WHERE id=$1", layer.Number);
            layer.IsRemoved = true;
            _layers.Remove(layer.Id);
            if (layer.DiffId is { } diffId && _byDiffId.GetValueOrDefault(diffId) == layer)
                _byDiffId.Remove(diffId);
            if (layer.IsUnpacked)
                _trash.Throw(GetPath(layer));
            foreach (var blob in layer.Blobs.Values)
            {
                if (!_layers.Values.Any(other => other.Blobs.Values.Any(form => form.Descriptor.Digest == blob.Descriptor.Digest))
                    && _database.Scalar("SELECT COUNT(*) FROM image_blobs WHERE digest=$1", blob.Descriptor.Digest.Value) == 0)
                    _content.Remove(blob.Descriptor.Digest);
            }
            return true;
        }
    }

    /// <summary>Bytes of the directory and of the blobs that are here.</summary>
    public long GetTotalSize(Layer layer)
    {
        lock (Lock)
        {
            var size = layer.Size;
            foreach (var digest in layer.Blobs.Values.Select(blob => blob.Descriptor.Digest).Distinct())
            {
                if (_content.TryGetSize(digest, out var bytes))
                    size += bytes;
            }
            return size;
        }
    }

    private static LayerId ToId(long number) => new(number.ToString(CultureInfo.InvariantCulture));

    private void Remember(Layer layer)
    {
        _layers[layer.Id] = layer;
        if (layer.DiffId is { } diffId)
            _byDiffId[diffId] = layer;
    }

    private void SaveBlob(long number, string variant, StoredBlob blob)
    {
        var facts = EStargzFacts.Of(blob.Descriptor);
        _database.Execute(
            "INSERT INTO layer_blobs(layer, variant, media_type, digest, size, diff_id, table_digest, uncompressed_size) VALUES($1,$2,$3,$4,$5,$6,$7,$8) "
            + "ON CONFLICT(layer, variant) DO UPDATE SET media_type=excluded.media_type, digest=excluded.digest, size=excluded.size, diff_id=excluded.diff_id, "
            + "table_digest=excluded.table_digest, uncompressed_size=excluded.uncompressed_size",
            number, variant, blob.Descriptor.MediaType, blob.Descriptor.Digest.Value, blob.Descriptor.Size, blob.DiffId.Value,
            facts?.TableDigest.Value, facts?.UncompressedSize);
    }

    private static void Continue(Layer layer, Layer continued)
    {
        layer.Continues = continued;
        continued.Continuations++;
    }

    private sealed class LayerHold(LayerTable table, Layer[] layers) : IDisposable
    {
        private Layer[]? _layers = layers;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _layers, null) is { } held)
                table.Release(held);
        }
    }
}
