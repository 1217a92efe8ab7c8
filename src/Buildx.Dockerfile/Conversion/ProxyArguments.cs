using Buildx.Protocol.Pb;

namespace Buildx.Dockerfile;

/// <summary>Proxies for commands come as build arguments, but are no part of the cache key or the history.</summary>
internal static class ProxyArguments
{
    public static ProxyEnv? Read(IReadOnlyDictionary<string, string> arguments)
    {
        var proxy = new ProxyEnv();
        var any = false;
        foreach (var (name, value) in arguments.OrderBy(argument => argument.Key, StringComparer.Ordinal))
        {
            switch (name.ToLowerInvariant())
            {
                case "http_proxy":
                    proxy.HttpProxy = value;
                    break;
                case "https_proxy":
                    proxy.HttpsProxy = value;
                    break;
                case "ftp_proxy":
                    proxy.FtpProxy = value;
                    break;
                case "no_proxy":
                    proxy.NoProxy = value;
                    break;
                case "all_proxy":
                    proxy.AllProxy = value;
                    break;
                default:
                    continue;
            }
            any = true;
        }
        return any ? proxy : null;
    }
}
