using Buildx.Cli.Values;

namespace Buildx.Cli.Building;

/// <summary><c>--resource</c>: limits of each step, by the names the frontend has for them.</summary>
internal static class ResourceLimits
{
    private static readonly Dictionary<string, string> FrontendNames = new()
    {
        ["memory"] = "memory",
        ["memory-swap"] = "memswap",
        ["cpu-shares"] = "cpushares",
        ["cpu-period"] = "cpuperiod",
        ["cpu-quota"] = "cpuquota",
        ["cpuset-cpus"] = "cpusetcpus",
        ["cpuset-mems"] = "cpusetmems",
    };

    public static IReadOnlyDictionary<string, string> Parse(IEnumerable<string> values)
    {
        var limits = new Dictionary<string, string>();
        foreach (var (key, value) in values.SelectMany(value => CsvFields.SplitPairs("--resource", value)))
        {
            var name = FrontendNames.GetValueOrDefault(key) ?? throw new CliException($"--resource: there is no limit \"{key}\" (want one of {string.Join(", ", FrontendNames.Keys)})");
            limits[name] = name is "memory" or "memswap" && value != "-1"
                ? ByteSize.Parse($"--resource {key}", value).ToString(System.Globalization.CultureInfo.InvariantCulture)
                : value;
        }
        return limits;
    }
}
