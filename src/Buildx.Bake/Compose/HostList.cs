namespace Buildx.Bake.Compose;

/// <summary><c>extra_hosts</c>: a mapping, or a list of <c>HOST=IP</c> or <c>HOST:IP</c>.</summary>
internal static class HostList
{
    public static IReadOnlyDictionary<string, string?>? Read(ComposeFields build)
    {
        var hosts = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        switch (build.Mapping["extra_hosts"])
        {
            case null:
                return null;
            case ComposeMapping mapping:
                foreach (var entry in mapping.Entries)
                    hosts[entry.Key] = [.. Addresses(build, entry)];
                break;
            default:
                foreach (var item in build.Texts("extra_hosts"))
                    Add(build, item, hosts);
                break;
        }
        return hosts.ToDictionary(host => host.Key, host => (string?)string.Join(',', host.Value.Select(WithoutBrackets)));
    }

    private static IEnumerable<string> Addresses(ComposeFields build, ComposeEntry entry) => entry.Value switch
    {
        ComposeSequence list => list.Items.OfType<ComposeScalar>().Select(item => item.Text),
        ComposeScalar { Value: string or null } address => [address.Text],
        var other => [build.Wrong<string>(other, $"extra_hosts.{entry.Key}", "an address, or a list of them") ?? ""],
    };

    private static void Add(ComposeFields build, ComposeScalar item, Dictionary<string, List<string>> hosts)
    {
        var separator = item.Text.IndexOf('=', StringComparison.Ordinal) is var equals and >= 0 ? equals : item.Text.IndexOf(':', StringComparison.Ordinal);
        var host = separator > 0 ? item.Text[..separator] : "";
        if (host.Length == 0 || host.Contains(':'))
        {
            build.Wrong<string>(item, "extra_hosts", $"of the form HOST=IP (\"{item.Text}\" is not)");
            return;
        }
        if (!hosts.TryGetValue(host, out var addresses))
            hosts[host] = addresses = [];
        addresses.AddRange(item.Text[(separator + 1)..].Split(','));
    }

    private static string WithoutBrackets(string address) => address is ['[', .. var inner, ']'] && inner.Length > 0 ? inner : address;
}
