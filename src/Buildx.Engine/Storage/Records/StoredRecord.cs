namespace Buildx.Engine.Storage;

/// <summary>A record with what is counted about it.</summary>
internal sealed record StoredRecord(CacheRecord Record, bool IsPruned, DateTimeOffset LastUsedAt, int UsageCount);
