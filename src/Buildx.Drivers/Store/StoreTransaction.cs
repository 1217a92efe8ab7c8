using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Buildx.Drivers.Native;

namespace Buildx.Drivers.Store;

/// <summary>The builder store while its lock is held.</summary>
public sealed class StoreTransaction : IDisposable
{
    // No name that the real Buildx has.
    private const string NoticeFile = ".default-builder";

    private readonly BuilderStore _store;
    private readonly FileLock _lock;

    internal StoreTransaction(BuilderStore store, FileLock fileLock) => (_store, _lock) = (store, fileLock);

    public IReadOnlyList<BuilderRecord> List() =>
        [.. Directory.EnumerateFiles(PathOf("instances"))
            .Select(Path.GetFileName)
            .Where(name => BuilderName.IsValid(name!))
            .Select(name => Find(name!))
            .OfType<BuilderRecord>()
            .OrderBy(builder => builder.Name, StringComparer.Ordinal)];

    /// <summary>The builder of that name, or null. A name that can't be a builder's isn't one.</summary>
    public BuilderRecord? Find(string name)
    {
        if (!BuilderName.IsValid(name))
            return null;
        var path = PathOf("instances", name.ToLowerInvariant());
        if (!File.Exists(path))
            return null;
        try
        {
            var builder = JsonSerializer.Deserialize(File.ReadAllBytes(path), StoreJson.Default.BuilderRecord)!;
            builder.LastActivity = ReadActivity(builder.Name);
            return builder;
        }
        catch (JsonException e)
        {
            throw new DriverException($"{path} does not hold a builder: {e.Message}", e);
        }
    }

    public void Save(BuilderRecord builder)
    {
        var name = BuilderName.Validate(builder.Name);
        Touch(name);
        Write(PathOf("instances", name), JsonSerializer.SerializeToUtf8Bytes(builder, StoreJson.Default.BuilderRecord));
    }

    public void Remove(string name)
    {
        name = BuilderName.Validate(name);
        File.Delete(PathOf("activity", name));
        foreach (var state in new[] { PathOf("refs", name), PathOf("refs", "__group__", name) })
        {
            if (Directory.Exists(state))
                Directory.Delete(state, recursive: true);
        }
        File.Delete(PathOf("instances", name));
    }

    /// <summary>Records that the builder was used now.</summary>
    public void Touch(string name) => Write(
        PathOf("activity", name), Encoding.UTF8.GetBytes(DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)));

    /// <param name="key">The Docker endpoint for which the choice holds.</param>
    /// <param name="global">The choice holds for every endpoint.</param>
    /// <param name="isDefault">The choice is remembered for this endpoint, also after another one was used.</param>
    public void SetCurrent(string key, string name, bool global, bool isDefault)
    {
        WriteCurrent(new CurrentBuilder { Key = key, Name = name, Global = global });
        if (isDefault)
            Write(PathOf("defaults", Hash(key)), Encoding.UTF8.GetBytes(name));
        else
            File.Delete(PathOf("defaults", Hash(key)));
    }

    /// <summary>The builder chosen for this endpoint, or null: then the default one is meant.</summary>
    /// <param name="findImplicit">Finds a builder that is there without being stored.</param>
    public BuilderRecord? GetCurrent(string key, Func<string, BuilderRecord?>? findImplicit = null)
    {
        if (ReadCurrent() is { Name.Length: > 0 } current)
        {
            var chosen = Find(current.Name) ?? findImplicit?.Invoke(current.Name);
            if (current.Global && chosen is not null)
                return chosen;
            if (current.Key == key)
                return chosen;
        }
        var remembered = PathOf("defaults", Hash(key));
        if (!File.Exists(remembered))
        {
            WriteCurrent(new CurrentBuilder { Key = key });
            return null;
        }
        var name = File.ReadAllText(remembered);
        var builder = Find(name) ?? findImplicit?.Invoke(name);
        if (builder is not null)
            SetCurrent(key, name, global: false, isDefault: true);
        return builder;
    }

    /// <summary>Remembers what was said about the default builder, so that it is said once.</summary>
    /// <returns>Whether it is news.</returns>
    public bool Remember(string notice)
    {
        var path = PathOf(NoticeFile);
        try
        {
            if (File.Exists(path) && File.ReadAllText(path) == notice)
                return false;
            Write(path, Encoding.UTF8.GetBytes(notice));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A store that can't be written: then it is said each time.
        }
        return true;
    }

    public void Dispose() => _lock.Dispose();

    private CurrentBuilder? ReadCurrent()
    {
        try
        {
            return File.Exists(PathOf("current")) ? JsonSerializer.Deserialize(File.ReadAllBytes(PathOf("current")), StoreJson.Default.CurrentBuilder) : null;
        }
        catch (JsonException e)
        {
            throw new DriverException($"{PathOf("current")} is damaged ({e.Message}); delete it and choose a builder with: buildx use NAME", e);
        }
    }

    private void WriteCurrent(CurrentBuilder current)
    {
        // Reading must work from a store that can't be written.
        try
        {
            Write(PathOf("current"), JsonSerializer.SerializeToUtf8Bytes(current, StoreJson.Default.CurrentBuilder));
        }
        catch (UnauthorizedAccessException) when (current.Name.Length == 0)
        {
        }
    }

    private DateTimeOffset? ReadActivity(string name)
    {
        var path = PathOf("activity", name.ToLowerInvariant());
        return File.Exists(path) && DateTimeOffset.TryParse(File.ReadAllText(path), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
    }

    // Unfinished files stay out of instances/: Buildx refuses a store with names there that aren't a builder's.
    private void Write(string path, ReadOnlySpan<byte> content) => PrivateFile.WriteAtomically(path, content, _store.Directory);

    private string PathOf(params string[] parts) => Path.Combine([_store.Directory, .. parts]);

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..20];
}
