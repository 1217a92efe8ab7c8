using System.Text.RegularExpressions;

namespace Buildx.Llb;

/// <summary>User names and passwords that people write into URLs: they are for the server, not for messages.</summary>
public static partial class UrlCredentials
{
    /// <summary>The text with the credentials of all web URLs in it made unreadable. The user of ssh is no secret.</summary>
    public static string Redact(string text) => Pattern().Replace(text, "${scheme}xxxxx@");

    [GeneratedRegex(@"(?<scheme>https?://)[^/?#@\s]+@", RegexOptions.IgnoreCase)]
    private static partial Regex Pattern();
}
