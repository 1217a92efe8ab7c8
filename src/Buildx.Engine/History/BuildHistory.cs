using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Buildx.Engine.Server.Configuration;
using Buildx.Engine.Storage;
using Buildx.Oci;
using Buildx.Protocol.ControlApi;
using Google.Protobuf;

namespace Buildx.Engine.BuildRecords;

/// <summary>
/// Which builds run and which have run: records with their logs and results, kept across restarts, and told to whoever listens.
/// </summary>
internal sealed class BuildHistory(IStorage storage, HistoryLimits limits, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, BuildHistoryRecord> _active = [];
    private readonly List<Channel<BuildHistoryEvent>> _listeners = [];

    public IReadOnlyCollection<BuildHistoryRecord> Active
    {
        get
        {
            lock (_lock)
                return [.. _active.Values];
        }
    }

    /// <summary>Builds that ended well since the engine started.</summary>
    public long Succeeded { get; private set; }

    /// <summary>Builds that failed or were cancelled since the engine started.</summary>
    public long Failed { get; private set; }

    public void Start(BuildHistoryRecord record)
    {
        lock (_lock)
        {
            _active[record.Ref] = record.Clone();
            Tell(BuildHistoryEventType.Started, record);
        }
    }

    /// <param name="blobs">What the record points at, and what that needs; they are in the content store.</param>
    public void Complete(BuildHistoryRecord record, IReadOnlyCollection<Digest> blobs)
    {
        lock (_lock)
        {
            _active.Remove(record.Ref);
            if (record.Error is null)
                Succeeded++;
            else
                Failed++;
            storage.History.Save(new StoredBuild(record.Ref, record.ToByteArray(), record.Pinned, record.CompletedAt.ToDateTimeOffset()), blobs);
            Tell(BuildHistoryEventType.Complete, record);
        }
        RemoveOld();
    }

    /// <summary>Makes the trace of a build that has ended, of its log. A record whose log is gone stays without.</summary>
    public async Task AddTraceAsync(string reference, CancellationToken cancellationToken)
    {
        if (Find(reference) is not { Trace: null, Logs: { } log } record || !Digest.TryParse(log.Digest, out var digest)
            || !storage.Content.TryGetSize(digest, out _))
        {
            return;
        }
        var spans = new BuildSpans(record);
        await foreach (var change in StatusLog.ReadAsync(storage.Content, digest, cancellationToken))
            spans.Add(change);
        using var lease = storage.Lease();
        var blob = await storage.Content.WriteAsync(TraceBlob.MediaType, TraceBlob.Write(spans.TraceId, spans.Finish()), lease, cancellationToken);
        lock (_lock)
        {
            // It may have been changed or removed meanwhile.
            if (Find(reference) is not { Trace: null } current)
                return;
            current.Trace = new BlobDescriptor { MediaType = TraceBlob.MediaType, Digest = blob.Digest.Value, Size = blob.Size };
            current.Generation++;
            storage.History.Update(new StoredBuild(reference, current.ToByteArray(), current.Pinned, current.CompletedAt.ToDateTimeOffset()), blob.Digest);
            Tell(BuildHistoryEventType.Complete, current);
        }
    }

    /// <summary>A build that ended without leaving a record.</summary>
    public void Forget(string reference)
    {
        lock (_lock)
        {
            if (_active.Remove(reference))
                Tell(BuildHistoryEventType.Deleted, new BuildHistoryRecord { Ref = reference });
        }
    }

    public BuildHistoryRecord? Find(string reference) =>
        storage.History.Find(reference) is { } stored ? BuildHistoryRecord.Parser.ParseFrom(stored.Record) : null;

    /// <returns>False when there is no such record.</returns>
    public bool SetPinned(string reference, bool pinned)
    {
        lock (_lock)
        {
            if (Find(reference) is not { } record)
                return false;
            if (record.Pinned == pinned)
                return true;
            record.Pinned = pinned;
            record.Generation++;
            storage.History.Update(new StoredBuild(reference, record.ToByteArray(), pinned, record.CompletedAt.ToDateTimeOffset()));
            Tell(BuildHistoryEventType.Complete, record);
            return true;
        }
    }

    /// <returns>False when there is no such record.</returns>
    public bool Remove(string reference)
    {
        lock (_lock)
        {
            if (!storage.History.Remove(reference))
                return false;
            Tell(BuildHistoryEventType.Deleted, new BuildHistoryRecord { Ref = reference });
            return true;
        }
    }

    /// <summary>What is there and matches; then, unless an early exit is asked for, what happens from now on.</summary>
    /// <exception cref="FormatException">A filter makes no sense.</exception>
    public async IAsyncEnumerable<BuildHistoryEvent> ListenAsync(BuildHistoryRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var filter = new HistoryFilter(request.Filter, time);
        if (request.Limit < 0)
            throw new FormatException($"limit {request.Limit}: want 0 or more");
        var listener = Channel.CreateUnbounded<BuildHistoryEvent>();
        List<BuildHistoryEvent> events;
        lock (_lock)
        {
            events = [.. _active.Values.Select(record => Event(BuildHistoryEventType.Started, record))];
            _listeners.Add(listener);
        }
        try
        {
            if (!request.ActiveOnly)
            {
                var completed = storage.History.List()
                    .Select(stored => BuildHistoryRecord.Parser.ParseFrom(stored.Record))
                    .Where(record => IsAsked(record) && filter.Matches(record));
                if (request.Limit > 0)
                    completed = completed.OrderByDescending(record => record.CreatedAt.ToDateTimeOffset()).Take(request.Limit);
                events.AddRange(completed.Select(record => Event(BuildHistoryEventType.Complete, record)));
            }
            foreach (var known in events.Where(known => IsAsked(known.Record)))
                yield return known;
            if (request.EarlyExit)
                yield break;
            await foreach (var change in listener.Reader.ReadAllAsync(cancellationToken))
            {
                if (IsAsked(change.Record))
                    yield return change;
            }
        }
        finally
        {
            lock (_lock)
                _listeners.Remove(listener);
        }

        bool IsAsked(BuildHistoryRecord record) => request.Ref.Length == 0 || record.Ref == request.Ref;
    }

    /// <summary>What is both too old and too much goes; what is pinned stays.</summary>
    private void RemoveOld()
    {
        foreach (var reference in storage.History.ListOld(limits.MaximumEntries, time.GetUtcNow() - limits.MaximumAge))
            Remove(reference);
    }

    private void Tell(BuildHistoryEventType type, BuildHistoryRecord record)
    {
        foreach (var listener in _listeners)
            listener.Writer.TryWrite(Event(type, record));
    }

    private static BuildHistoryEvent Event(BuildHistoryEventType type, BuildHistoryRecord record) => new() { Type = type, Record = record.Clone() };
}
