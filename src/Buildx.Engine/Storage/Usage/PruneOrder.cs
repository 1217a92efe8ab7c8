namespace Buildx.Engine.Storage;

/// <summary>Which things go first when only some must: long unused and seldom used, both counting alike, by rank.</summary>
internal static class PruneOrder
{
    public static List<UsageNode> Sort(List<UsageNode> nodes)
    {
        var byAge = Rank(nodes, node => node.Usage.LastUsedAt?.UtcTicks ?? 0);
        var byCount = Rank(nodes, node => node.Usage.UsageCount);
        return [.. nodes.OrderBy(node => byAge[node] + byCount[node])];
    }

    /// <summary>Positions among the distinct values, scaled to at most 1.</summary>
    private static Dictionary<UsageNode, double> Rank(List<UsageNode> nodes, Func<UsageNode, long> value)
    {
        var ranks = new Dictionary<UsageNode, double>();
        var rank = 0;
        foreach (var group in nodes.GroupBy(value).OrderBy(group => group.Key))
        {
            rank++;
            foreach (var node in group)
                ranks[node] = rank;
        }
        foreach (var node in nodes)
            ranks[node] /= Math.Max(1, rank);
        return ranks;
    }
}
