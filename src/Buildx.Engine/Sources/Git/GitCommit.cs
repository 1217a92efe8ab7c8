namespace Buildx.Engine.Sources.Git;

/// <summary>What a reference of a remote is at the moment.</summary>
/// <param name="Reference">Its full name, e.g. <c>refs/heads/main</c>; empty when the commit itself was asked for.</param>
/// <param name="Object">What the reference points to: the commit, or an annotated tag.</param>
/// <param name="Commit">The commit behind it.</param>
internal sealed record GitCommit(string Reference, string Object, string Commit);
