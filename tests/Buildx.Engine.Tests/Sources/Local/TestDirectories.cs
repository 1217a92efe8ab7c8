using Buildx.Engine.Storage;

namespace Buildx.Engine.Tests.Sources.Local;

/// <summary>Mutable directories without a database: one per key, another one while that is taken.</summary>
internal sealed class TestDirectories(string root) : IMutableDirectories
{
    private readonly HashSet<string> _taken = [];

    public ValueTask<IMutableDirectory> AcquireAsync(
        string key, RecordType type, string description, bool exclusive, CancellationToken cancellationToken) =>
        AcquireFreeAsync(key, type, description, cancellationToken);

    public ValueTask<IMutableDirectory> AcquireFreeAsync(string key, RecordType type, string description, CancellationToken cancellationToken)
    {
        for (var i = 0; ; i++)
        {
            var path = Path.Combine(root, $"{key.Replace('/', '_')}.{i}");
            if (!_taken.Add(path))
                continue;
            var isNew = !Directory.Exists(path);
            Directory.CreateDirectory(path);
            return new ValueTask<IMutableDirectory>(new Taken(path, isNew, () => _taken.Remove(path)));
        }
    }

    private sealed class Taken(string path, bool isNew, Action release) : IMutableDirectory
    {
        public string Path => path;

        public bool IsNew => isNew;

        public void Discard() => Directory.Delete(path, recursive: true);

        public ValueTask DisposeAsync()
        {
            release();
            return ValueTask.CompletedTask;
        }
    }
}
