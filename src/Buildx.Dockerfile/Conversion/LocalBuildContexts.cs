using Buildx.Llb;
using Buildx.Oci;

namespace Buildx.Dockerfile;

/// <summary>A context that a client sends, and none by name.</summary>
public sealed class LocalBuildContexts(string name = "context", string? sessionId = null, string? uniqueId = null, IReadOnlyList<string>? ignorePatterns = null) : IBuildContexts
{
    public IReadOnlyList<string> IgnorePatterns { get; } = ignorePatterns ?? [];

    public LlbOutput? Main(IReadOnlyList<string> paths) => LlbSource.Local(
        name,
        new VertexOptions { Name = "[internal] load build context" },
        new LocalSourceOptions
        {
            SessionId = sessionId,
            UniqueId = uniqueId,
            ExcludePatterns = IgnorePatterns,
            FollowPaths = paths,
            SharedKeyHint = name,
        });

    public Task<NamedContext?> FindAsync(string name, Platform platform, CancellationToken cancellationToken) => Task.FromResult<NamedContext?>(null);

    public Task<DateTimeOffset?> FindTimeAsync(LlbOutput source, string stepName, CancellationToken cancellationToken) => Task.FromResult<DateTimeOffset?>(null);
}
