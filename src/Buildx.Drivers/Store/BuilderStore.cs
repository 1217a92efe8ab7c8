using Buildx.Drivers.Native;

namespace Buildx.Drivers.Store;

/// <summary>
/// The directory in which Buildx keeps its builders, shared with it: <c>instances/</c>, <c>current</c>, <c>defaults/</c>,
/// <c>activity/</c>, guarded by an flock on <c>.lock</c>.
/// </summary>
public sealed class BuilderStore(string directory)
{
    public string Directory { get; } = directory;

    /// <summary>Used for every builder that is created without a configuration of its own.</summary>
    public string? DefaultBuildkitdConfig =>
        Path.Combine(Directory, "buildkitd.default.toml") is var path && File.Exists(path) ? path : null;

    /// <summary><c>$BUILDX_CONFIG</c>, else <c>buildx</c> beside Docker's <c>config.json</c>.</summary>
    public static BuilderStore Default(Docker.DockerEnvironment docker) =>
        new(Environment.GetEnvironmentVariable("BUILDX_CONFIG") is { Length: > 0 } explicitly
            ? explicitly
            : Path.Combine(docker.ConfigDirectory, "buildx"));

    /// <summary>Takes the store's lock. Other programs, also the real Buildx, wait until the transaction is disposed.</summary>
    public async Task<StoreTransaction> BeginAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            foreach (var name in new[] { "instances", "defaults", "activity" })
                System.IO.Directory.CreateDirectory(Path.Combine(Directory, name), PrivateFile.DirectoryMode);
            return new StoreTransaction(this, await FileLock.AcquireAsync(Path.Combine(Directory, ".lock"), cancellationToken));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DriverException($"cannot use the builder store {Directory}: {e.Message} (set BUILDX_CONFIG to keep it elsewhere)", e);
        }
    }

    /// <summary>This machine's identity towards engines (<c>.buildNodeID</c>): made once, then kept.</summary>
    public string GetNodeId()
    {
        var path = Path.Combine(Directory, ".buildNodeID");
        try
        {
            if (!File.Exists(path))
            {
                System.IO.Directory.CreateDirectory(Directory, PrivateFile.DirectoryMode);
                var id = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8));
                PrivateFile.WriteAtomically(path, System.Text.Encoding.ASCII.GetBytes(id), Directory);
            }
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without it the engine only keeps a colder copy of the context.
            return "";
        }
    }
}
