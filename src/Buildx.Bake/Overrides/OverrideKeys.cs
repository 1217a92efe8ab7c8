namespace Buildx.Bake.Overrides;

/// <summary>What <c>--set</c> knows.</summary>
internal static class OverrideKeys
{
    /// <summary>Lists: given several times they add up.</summary>
    public static readonly IReadOnlyList<string> Lists =
    [
        "annotations", "attest", "cache-from", "cache-to", "entitlements", "no-cache-filter", "output", "platform", "policy", "secrets", "ssh", "tags", "ulimits",
    ];

    /// <summary>Maps: one value by its name.</summary>
    public static readonly IReadOnlyList<string> Maps = ["args", "contexts", "extra-hosts", "labels", "resources", "secret"];

    public static readonly IReadOnlyList<string> Values =
        ["call", "context", "dockerfile", "load", "network", "no-cache", "pull", "push", "shm-size", "target"];

    public static IEnumerable<string> All => Lists.Concat(Maps).Concat(Values).Order(StringComparer.Ordinal);
}
