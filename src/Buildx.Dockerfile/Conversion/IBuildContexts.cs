using Buildx.Llb;
using Buildx.Oci;

namespace Buildx.Dockerfile;

/// <summary>The files that a build may use beside images: its context, and those given by name.</summary>
public interface IBuildContexts
{
    /// <summary>Patterns of <c>.dockerignore</c>, for the rule that warns of copying what is ignored.</summary>
    IReadOnlyList<string> IgnorePatterns { get; }

    /// <param name="paths">All that the build uses of it; everything if empty.</param>
    LlbOutput? Main(IReadOnlyList<string> paths);

    /// <returns>Null when there is no such context.</returns>
    Task<NamedContext?> FindAsync(string name, Platform platform, CancellationToken cancellationToken);

    /// <summary>The time that a remote source has of its own: a commit's, or when a download was last changed; null for none.</summary>
    /// <param name="stepName">How to show the work.</param>
    Task<DateTimeOffset?> FindTimeAsync(LlbOutput source, string stepName, CancellationToken cancellationToken);
}
