using Buildx.Protocol.ControlApi;
using Buildx.Protocol.Explanations;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using ProgressGroup = Buildx.Protocol.Pb.ProgressGroup;

namespace Buildx.Engine.Solving;

/// <summary>
/// One vertex's work, told to every build that waits for it. A build that joins late hears what it missed.
/// </summary>
internal sealed class VertexProgress : IVertexProgress
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly Vertex _vertex;
    private readonly List<BuildProgress> _watchers = [];
    private readonly List<VertexProgress> _mirrors = [];
    private readonly Dictionary<string, VertexStatus> _statuses = [];
    private readonly StatusResponse _history = new();
    private readonly StepLogLimit _limit;

    public VertexProgress(string digest, string name, IEnumerable<string> inputs, ProgressGroup? group, TimeProvider time)
    {
        _time = time;
        _limit = new StepLogLimit(time);
        _vertex = new Vertex { Digest = digest, Name = name, ProgressGroup = group };
        _vertex.Inputs.AddRange(inputs);
    }

    public string Digest => _vertex.Digest;

    public string Name => _vertex.Name;

    public bool IsCompleted
    {
        get
        {
            lock (_lock)
                return _vertex.Completed is not null;
        }
    }

    /// <summary>Does work that is no vertex of a graph, and shows it to its build as if it were one.</summary>
    public static async Task<T> RunAsync<T>(Oci.Digest digest, string name, BuildProgress build, TimeProvider time, Func<VertexProgress, Task<T>> work)
    {
        var progress = new VertexProgress(digest.Value, name, [], null, time);
        progress.Attach(build);
        progress.Start();
        try
        {
            var result = await work(progress);
            progress.Complete();
            return result;
        }
        catch (Exception e)
        {
            progress.Complete(error: e is OperationCanceledException ? "context canceled" : e.Message);
            throw;
        }
    }

    /// <summary>Lets a build watch, from the vertex's beginning.</summary>
    public void Attach(BuildProgress build)
    {
        lock (_lock)
        {
            if (_watchers.Contains(build))
                return;
            _watchers.Add(build);
            var missed = _history.Clone();
            missed.Vertexes.Add(_vertex.Clone());
            missed.Statuses.AddRange(_statuses.Values.Select(status => status.Clone()));
            build.Publish(missed);
        }
    }

    public void Start()
    {
        lock (_lock)
        {
            _vertex.Started = Now();
            _vertex.Completed = null;
            _vertex.Cached = false;
            Publish(new StatusResponse { Vertexes = { _vertex.Clone() } });
        }
    }

    /// <summary>Tells those who want to know why the step runs.</summary>
    public void Explain(StepReason reason)
    {
        var now = Now();
        Update(new VertexStatus
        {
            ID = BuildExplanation.StatusId,
            Vertex = _vertex.Digest,
            Name = ExplanationJson.Write(reason),
            Timestamp = now,
            Started = now,
            Completed = now,
        });
    }

    public void Complete(bool cached = false, string? error = null)
    {
        lock (_lock)
        {
            var now = Now();
            _vertex.Started ??= now;
            _vertex.Completed = now;
            _vertex.Cached = cached;
            _vertex.Error = error ?? "";
            Publish(new StatusResponse { Vertexes = { _vertex.Clone() } });
        }
    }

    public void Write(int stream, ReadOnlySpan<byte> data)
    {
        lock (_lock)
        {
            if (_limit.Admit(data, out var notice) is { Length: > 0 } admitted)
                Log(stream, ByteString.CopyFrom(admitted));
            if (notice is not null)
                Log(stream, ByteString.CopyFromUtf8(notice));
        }
    }

    public IStatusProgress StartStatus(string id, string name, long total = 0)
    {
        var now = Now();
        var status = new VertexStatus { ID = id, Vertex = _vertex.Digest, Name = name, Total = total, Started = now, Timestamp = now };
        var progress = new StatusLine(this, status);
        Update(status);
        return progress;
    }

    public void Warn(int level, string message, IReadOnlyList<string>? detail = null, string? url = null)
    {
        var warning = new VertexWarning { Vertex = _vertex.Digest, Level = level, Short = ByteString.CopyFromUtf8(message), Url = url ?? "" };
        foreach (var line in detail ?? [])
            warning.Detail.Add(ByteString.CopyFromUtf8(line));
        Warn(warning);
    }

    public void Warn(VertexWarning warning)
    {
        lock (_lock)
        {
            _history.Warnings.Add(warning);
            Publish(new StatusResponse { Warnings = { warning } });
        }
    }

    private void Log(int stream, ByteString message)
    {
        var log = new VertexLog { Vertex = _vertex.Digest, Stream = stream, Msg = message, Timestamp = Now() };
        _history.Logs.Add(log);
        Publish(new StatusResponse { Logs = { log } });
    }

    private void Update(VertexStatus status)
    {
        lock (_lock)
        {
            _statuses[status.ID] = status.Clone();
            Publish(new StatusResponse { Statuses = { status.Clone() } });
        }
    }

    /// <summary>
    /// Shows this work as another vertex's too: two graphs may name the same step differently, and both their watchers want
    /// to see it run.
    /// </summary>
    public void MirrorTo(VertexProgress other)
    {
        lock (_lock)
        {
            _mirrors.Add(other);
            var missed = _history.Clone();
            missed.Vertexes.Add(_vertex.Clone());
            missed.Statuses.AddRange(_statuses.Values.Select(status => status.Clone()));
            other.Take(missed);
        }
    }

    private void Take(StatusResponse change)
    {
        lock (_lock)
        {
            var mine = change.Clone();
            foreach (var vertex in mine.Vertexes)
            {
                _vertex.Started = vertex.Started;
                _vertex.Completed = vertex.Completed;
                _vertex.Error = vertex.Error;
            }
            for (var i = 0; i < mine.Vertexes.Count; i++)
                mine.Vertexes[i] = _vertex.Clone();
            foreach (var status in mine.Statuses)
            {
                status.Vertex = _vertex.Digest;
                _statuses[status.ID] = status;
            }
            foreach (var log in mine.Logs)
                log.Vertex = _vertex.Digest;
            foreach (var warning in mine.Warnings)
                warning.Vertex = _vertex.Digest;
            _history.Logs.AddRange(mine.Logs);
            _history.Warnings.AddRange(mine.Warnings);
            Publish(mine);
        }
    }

    private void Publish(StatusResponse change)
    {
        foreach (var watcher in _watchers)
            watcher.Publish(change);
        foreach (var mirror in _mirrors)
            mirror.Take(change);
    }

    private Timestamp Now() => Timestamp.FromDateTimeOffset(_time.GetUtcNow());

    private sealed class StatusLine(VertexProgress owner, VertexStatus status) : IStatusProgress
    {
        private long _lastTold;

        public void Update(long current, long total)
        {
            lock (status)
            {
                status.Current = current;
                status.Total = total;
                // A bar needs no more than some ten steps a second.
                if (owner._time.GetElapsedTime(_lastTold) < TimeSpan.FromMilliseconds(100))
                    return;
                _lastTold = owner._time.GetTimestamp();
                status.Timestamp = owner.Now();
                owner.Update(status);
            }
        }

        public void Dispose()
        {
            lock (status)
            {
                if (status.Completed is not null)
                    return;
                status.Timestamp = status.Completed = owner.Now();
                owner.Update(status);
            }
        }
    }
}
