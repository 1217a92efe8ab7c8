using System.Net;

namespace Buildx.Engine.CacheTransfer.Stores;

/// <summary>The small XML documents that stores answer with. They are flat, so that an element's first occurrence is the one.</summary>
internal static class XmlAnswer
{
    public static string? Element(string xml, string name)
    {
        var start = xml.IndexOf($"<{name}>", StringComparison.Ordinal);
        var end = start < 0 ? -1 : xml.IndexOf($"</{name}>", start, StringComparison.Ordinal);
        return end < 0 ? null : WebUtility.HtmlDecode(xml[(start + name.Length + 2)..end]);
    }
}
