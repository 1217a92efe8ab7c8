using System.Net.Http.Headers;

namespace Buildx.Engine.Sources.Http;

/// <summary>What a downloaded file is called: a plain name, whatever server and URL say.</summary>
internal static class HttpFileName
{
    private const string Default = "download";

    public static string Of(HttpSourceRequest request, HttpContentHeaders? headers)
    {
        if (request.FileName.Length > 0)
            return Clean(request.FileName);
        var disposition = headers?.ContentDisposition;
        var named = (disposition?.FileNameStar ?? disposition?.FileName)?.Trim('"');
        if (!string.IsNullOrEmpty(named) && !named.EndsWith('/'))
            return Clean(named);
        return Clean(Uri.UnescapeDataString(request.Url.AbsolutePath.TrimEnd('/')));
    }

    public static string Clean(string text)
    {
        var trimmed = text.Trim().TrimEnd('/');
        var name = trimmed[(trimmed.LastIndexOf('/') + 1)..];
        return name is "" or "." or ".." || name.Any(char.IsControl) ? Default : name;
    }
}
