using System.Globalization;
using Buildx.Linux;

namespace Buildx.Engine.Storage;

/// <inheritdoc cref="IMutableDirectories"/>
internal sealed class MutableDirectories : IMutableDirectories
{
    private readonly StorageLayout _layout;
    private readonly StateDatabase _database;
    private readonly TimeProvider _time;
    private readonly Trash _trash;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<DirectoryState>> _byKey = [];
    private readonly Dictionary<string, List<Waiter>> _waiters = [];

    public MutableDirectories(StorageLayout layout, StateDatabase database, TimeProvider time, Trash trash)
    {
        (_layout, _database, _time, _trash) = (layout, database, time, trash);
        var rows = database.Query(
            "SELECT id, key, type, description, size, created_at, last_used_at, usage_count FROM directories ORDER BY id",
            row => new DirectoryState(row.GetInt64(0), row.GetString(1), (RecordType)row.GetInt64(2), row.GetString(3))
            {
                Size = row.GetInt64(4) is >= 0 and var size ? size : null,
                CreatedAt = new DateTimeOffset(row.GetInt64(5), TimeSpan.Zero),
                LastUsedAt = new DateTimeOffset(row.GetInt64(6), TimeSpan.Zero),
                UsageCount = row.GetInt32(7),
            });
        foreach (var state in rows)
            Remember(state);
    }

    public async ValueTask<IMutableDirectory> AcquireAsync(
        string key, RecordType type, string description, bool exclusive, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (_lock)
        {
            var queue = _waiters.TryGetValue(key, out var known) ? known : _waiters[key] = [];
            waiter = new Waiter(type, description, exclusive);
            queue.Add(waiter);
            Serve(key);
        }
        await using var registration = cancellationToken.Register(() =>
        {
            lock (_lock)
            {
                // Whoever was served meanwhile keeps it; the caller gets it and lets go.
                if (!_waiters.TryGetValue(key, out var queue) || !queue.Remove(waiter))
                    return;
                Serve(key);
            }
            waiter.Completion.TrySetCanceled(cancellationToken);
        });
        return await waiter.Completion.Task;
    }

    public ValueTask<IMutableDirectory> AcquireFreeAsync(
        string key, RecordType type, string description, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var free = _byKey.GetValueOrDefault(key)?.FirstOrDefault(state => state.Holders == 0 && !state.IsDiscarded)
                ?? Make(key, type, description);
            return ValueTask.FromResult<IMutableDirectory>(Take(free, exclusive: true));
        }
    }

    public IReadOnlyList<DirectoryState> List()
    {
        lock (_lock)
            return [.. _byKey.Values.SelectMany(states => states).Where(state => !state.IsDiscarded)];
    }

    /// <summary>Bytes on disk. Measured only when somebody asks: it may take a while, and a build mustn't wait for it.</summary>
    public long GetSize(DirectoryState state)
    {
        if (state.Size is { } known)
            return known;
        var size = DirectorySize.Of(GetPath(state));
        lock (_lock)
        {
            if (state.Holders == 0 && !state.IsDiscarded)
            {
                state.Size = size;
                _database.Execute("UPDATE directories SET size=$1 WHERE id=$2", size, state.Number);
            }
        }
        return size;
    }

    /// <returns>False when somebody holds it.</returns>
    public bool TryRemove(DirectoryState state)
    {
        lock (_lock)
        {
            if (state.Holders > 0)
                return false;
            if (!state.IsDiscarded)
            {
                state.IsDiscarded = true;
                Forget(state);
            }
            return true;
        }
    }

    public void Discard(DirectoryState state)
    {
        lock (_lock)
        {
            if (state.IsDiscarded)
                return;
            state.IsDiscarded = true;
            _database.Execute("DELETE FROM directories WHERE id=$1", state.Number);
        }
    }

    public void Release(DirectoryState state)
    {
        lock (_lock)
        {
            state.Holders--;
            state.IsExclusive = false;
            state.LastUsedAt = _time.GetUtcNow();
            if (!state.IsDiscarded)
                _database.Execute("UPDATE directories SET last_used_at=$1, synced=0 WHERE id=$2", state.LastUsedAt.UtcTicks, state.Number);
            else if (state.Holders == 0)
                Forget(state);
            Serve(state.Key);
        }
    }

    /// <summary>Gives directories to those who wait, in their order, as far as they get along with each other.</summary>
    private void Serve(string key)
    {
        if (!_waiters.TryGetValue(key, out var queue))
            return;
        while (queue.Count > 0)
        {
            var waiter = queue[0];
            // The oldest directory of the key is the one that is shared; later ones were made for "private".
            var state = _byKey.GetValueOrDefault(key)?.FirstOrDefault(candidate => !candidate.IsDiscarded);
            if (state is not null && state.Holders > 0 && (state.IsExclusive || waiter.Exclusive))
                return;
            queue.RemoveAt(0);
            MutableDirectory directory;
            try
            {
                directory = Take(state ?? Make(key, waiter.Type, waiter.Description), waiter.Exclusive);
            }
            catch (Exception exception)
            {
                waiter.Completion.TrySetException(exception);
                continue;
            }
            waiter.Completion.TrySetResult(directory);
        }
        _waiters.Remove(key);
    }

    private MutableDirectory Take(DirectoryState state, bool exclusive)
    {
        state.Holders++;
        state.IsExclusive = exclusive;
        state.LastUsedAt = _time.GetUtcNow();
        state.UsageCount++;
        state.Size = null;
        _database.Execute(
            "UPDATE directories SET last_used_at=$1, usage_count=$2, size=-1, synced=0 WHERE id=$3",
            state.LastUsedAt.UtcTicks, state.UsageCount, state.Number);
        var isNew = state.IsNew;
        state.IsNew = false;
        return new MutableDirectory(this, state, GetPath(state), isNew);
    }

    private DirectoryState Make(string key, RecordType type, string description)
    {
        var now = _time.GetUtcNow();
        DirectoryState? state = null;
        _database.InTransaction(() =>
        {
            var number = _database.Insert(
                "INSERT INTO directories(key, type, description, size, created_at, last_used_at, usage_count, synced) VALUES($1,$2,$3,0,$4,$4,0,0)",
                key, (long)type, description, now.UtcTicks);
            state = new DirectoryState(number, key, type, description) { CreatedAt = now, LastUsedAt = now, IsNew = true };
            var path = GetPath(state);
            FileSystem.RemoveTreeAt(null, path);
            FileSystem.MakeDirectoryAt(null, path, 0x1ed);
            FileSystem.ChangeModeAt(null, path, 0x1ed);
        });
        Remember(state!);
        return state!;
    }

    private void Remember(DirectoryState state)
    {
        if (!_byKey.TryGetValue(state.Key, out var states))
            _byKey[state.Key] = states = [];
        states.Add(state);
    }

    private void Forget(DirectoryState state)
    {
        _database.Execute("DELETE FROM directories WHERE id=$1", state.Number);
        var states = _byKey[state.Key];
        states.Remove(state);
        if (states.Count == 0)
            _byKey.Remove(state.Key);
        _trash.Throw(GetPath(state));
    }

    private string GetPath(DirectoryState state) =>
        Path.Combine(_layout.Directories, state.Number.ToString(CultureInfo.InvariantCulture));

    private sealed record Waiter(RecordType Type, string Description, bool Exclusive)
    {
        public TaskCompletionSource<IMutableDirectory> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
