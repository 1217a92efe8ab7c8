using Buildx.Oci;

namespace Buildx.Engine.BuildRecords;

/// <summary>A stored log of progress, and what it tells in numbers.</summary>
internal sealed record StatusLogSummary(Digest Digest, long Size, int Steps, int CachedSteps, int CompletedSteps, int Warnings);
