namespace Buildx.Engine.Server;

/// <summary>Knows whether anybody uses the engine, and since when nobody does.</summary>
internal sealed class EngineActivity(TimeProvider time)
{
    private readonly Lock _lock = new();
    private int _users;
    private long _idleSince = time.GetTimestamp();

    /// <summary>Raised when a build has ended: the moment to collect garbage.</summary>
    public event Action? Ended;

    /// <summary>Somebody works with the engine until this is disposed.</summary>
    public IDisposable Begin()
    {
        lock (_lock)
            _users++;
        return new Use(this);
    }

    public void BuildEnded() => Ended?.Invoke();

    /// <summary>How long nobody has used the engine; zero while somebody does.</summary>
    public TimeSpan IdleTime
    {
        get
        {
            lock (_lock)
                return _users > 0 ? TimeSpan.Zero : time.GetElapsedTime(_idleSince);
        }
    }

    private void End()
    {
        lock (_lock)
        {
            if (--_users == 0)
                _idleSince = time.GetTimestamp();
        }
    }

    private sealed class Use(EngineActivity activity) : IDisposable
    {
        private EngineActivity? _activity = activity;

        public void Dispose() => Interlocked.Exchange(ref _activity, null)?.End();
    }
}
