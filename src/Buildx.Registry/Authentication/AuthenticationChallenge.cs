using System.Net.Http.Headers;

namespace Buildx.Registry;

/// <summary>What a registry wants to know, from its <c>WWW-Authenticate</c> header.</summary>
internal sealed record AuthenticationChallenge(bool IsBearer, string Realm, string Service, IReadOnlyList<TokenScope> Scopes, string? Error)
{
    /// <summary>The challenge to answer: Bearer before Basic; null when there is none that we know.</summary>
    public static AuthenticationChallenge? Find(HttpResponseHeaders headers)
    {
        AuthenticationChallenge? found = null;
        foreach (var header in headers.WwwAuthenticate)
        {
            var isBearer = header.Scheme.Equals("bearer", StringComparison.OrdinalIgnoreCase);
            if (!isBearer && !header.Scheme.Equals("basic", StringComparison.OrdinalIgnoreCase))
                continue;
            var parameters = ParseParameters(header.Parameter ?? "");
            if (found is null || isBearer)
            {
                found = new AuthenticationChallenge(
                    isBearer,
                    parameters.GetValueOrDefault("realm", ""),
                    parameters.GetValueOrDefault("service", ""),
                    [.. TokenScope.ParseAll(parameters.GetValueOrDefault("scope"))],
                    parameters.GetValueOrDefault("error"));
            }
        }
        return found;
    }

    /// <summary><c>name=value</c> or <c>name="quoted \" value"</c>, separated by commas.</summary>
    internal static Dictionary<string, string> ParseParameters(string text)
    {
        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var at = 0;
        while (at < text.Length)
        {
            while (at < text.Length && (text[at] == ',' || char.IsWhiteSpace(text[at])))
                at++;
            var equals = text.IndexOf('=', at);
            if (equals < 0)
                break;
            var name = text[at..equals].Trim();
            at = equals + 1;
            var value = new System.Text.StringBuilder();
            if (at < text.Length && text[at] == '"')
            {
                for (at++; at < text.Length && text[at] != '"'; at++)
                {
                    if (text[at] == '\\' && at + 1 < text.Length)
                        at++;
                    value.Append(text[at]);
                }
                at++;
            }
            else
            {
                for (; at < text.Length && text[at] != ','; at++)
                    value.Append(text[at]);
            }
            parameters[name] = value.ToString();
        }
        return parameters;
    }
}
