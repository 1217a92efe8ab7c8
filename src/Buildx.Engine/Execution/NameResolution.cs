using System.Net;
using System.Text;

namespace Buildx.Engine.Execution;

/// <summary>What a container finds as <c>/etc/resolv.conf</c> and <c>/etc/hosts</c>.</summary>
internal static class NameResolution
{
    /// <param name="host">The host's own file.</param>
    /// <param name="sharesNetwork">Whether a name server on the loopback interface can be reached.</param>
    public static string MakeResolvConf(string host, ExecutionOptions options, bool sharesNetwork)
    {
        var (servers, search, settings, others) = (new List<string>(), new List<string>(), new List<string>(), new List<string>());
        foreach (var line in host.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] is '#' or ';')
                continue;
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            switch (words[0])
            {
                case "nameserver" when words.Length > 1:
                    servers.Add(words[1]);
                    break;
                case "search" or "domain":
                    search = [.. words[1..].Where(word => word != ".")];
                    break;
                case "options":
                    settings.AddRange(words[1..]);
                    break;
                default:
                    others.Add(line);
                    break;
            }
        }
        if (!options.DnsServers.IsEmpty)
            servers = [.. options.DnsServers];
        else if (!sharesNetwork)
            servers.RemoveAll(server => IPAddress.TryParse(server.Split('%')[0], out var address) && IPAddress.IsLoopback(address));
        if (!options.DnsSearchDomains.IsEmpty)
            search = [.. options.DnsSearchDomains.Where(domain => domain != ".")];
        if (!options.DnsOptions.IsEmpty)
            settings = [.. options.DnsOptions];

        var text = new StringBuilder();
        foreach (var server in servers)
            text.Append("nameserver ").Append(server).Append('\n');
        if (search.Count > 0)
            text.Append("search ").AppendJoin(' ', search).Append('\n');
        if (settings.Count > 0)
            text.Append("options ").AppendJoin(' ', settings).Append('\n');
        foreach (var line in others)
            text.Append(line).Append('\n');
        return text.ToString();
    }

    public static string MakeHosts(string hostname, IEnumerable<(string Host, string Address)> extra)
    {
        var text = new StringBuilder("127.0.0.1\tlocalhost ").Append(hostname).Append("\n::1\tlocalhost ip6-localhost ip6-loopback\n");
        foreach (var (host, address) in extra)
            text.Append(address).Append('\t').Append(host).Append('\n');
        return text.ToString();
    }
}
