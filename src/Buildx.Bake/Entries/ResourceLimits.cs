using System.Globalization;

namespace Buildx.Bake.Entries;

/// <summary>Limits of each step of a target.</summary>
public sealed record ResourceLimits
{
    public static readonly IReadOnlyList<string> Names = ["memory", "memory-swap", "cpu-shares", "cpu-period", "cpu-quota", "cpuset-cpus", "cpuset-mems"];

    public string? Memory { get; init; }

    public string? MemorySwap { get; init; }

    public long? CpuShares { get; init; }

    public long? CpuPeriod { get; init; }

    public long? CpuQuota { get; init; }

    public string? CpuSetCpus { get; init; }

    public string? CpuSetMems { get; init; }

    public ResourceLimits Merge(ResourceLimits over) => new()
    {
        Memory = over.Memory ?? Memory,
        MemorySwap = over.MemorySwap ?? MemorySwap,
        CpuShares = over.CpuShares ?? CpuShares,
        CpuPeriod = over.CpuPeriod ?? CpuPeriod,
        CpuQuota = over.CpuQuota ?? CpuQuota,
        CpuSetCpus = over.CpuSetCpus ?? CpuSetCpus,
        CpuSetMems = over.CpuSetMems ?? CpuSetMems,
    };

    /// <exception cref="FormatException">There is no such limit, or the value isn't one.</exception>
    public ResourceLimits With(string name, string value) => name switch
    {
        "memory" => this with { Memory = value },
        "memory-swap" => this with { MemorySwap = value },
        "cpu-shares" => this with { CpuShares = ParseNumber(name, value) },
        "cpu-period" => this with { CpuPeriod = ParseNumber(name, value) },
        "cpu-quota" => this with { CpuQuota = ParseNumber(name, value) },
        "cpuset-cpus" => this with { CpuSetCpus = value },
        "cpuset-mems" => this with { CpuSetMems = value },
        _ => throw new FormatException($"there is no limit \"{name}\" among the resources{Suggestion.Phrase(name, Names)} (want one of {string.Join(", ", Names)})"),
    };

    /// <summary>All that are set, as <c>--resource</c> takes them.</summary>
    public IEnumerable<KeyValuePair<string, string>> Entries()
    {
        if (Memory is not null)
            yield return new("memory", Memory);
        if (MemorySwap is not null)
            yield return new("memory-swap", MemorySwap);
        if (CpuShares is { } shares)
            yield return new("cpu-shares", shares.ToString(CultureInfo.InvariantCulture));
        if (CpuPeriod is { } period)
            yield return new("cpu-period", period.ToString(CultureInfo.InvariantCulture));
        if (CpuQuota is { } quota)
            yield return new("cpu-quota", quota.ToString(CultureInfo.InvariantCulture));
        if (CpuSetCpus is not null)
            yield return new("cpuset-cpus", CpuSetCpus);
        if (CpuSetMems is not null)
            yield return new("cpuset-mems", CpuSetMems);
    }

    private static long ParseNumber(string name, string value) => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new FormatException($"\"{value}\" is not a whole number, as resources.{name} wants it");
}
