using System.Collections.Immutable;
using System.Globalization;
using Buildx.Engine.Solving;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Sessions;

namespace Buildx.Engine.Sources.Http;

/// <summary>Which file of a web server is wanted, and how it is to lie in its tree: the <c>http://</c> and <c>https://</c> sources of LLB.</summary>
internal sealed record HttpSourceRequest(Uri Url)
{
    private const string HeaderPrefix = "http.header.";

    public Digest? Checksum { get; init; }

    /// <summary>Empty for what the server or the URL calls it.</summary>
    public string FileName { get; init; } = "";

    public uint Permissions { get; init; } = 0b110_000_000;

    public uint UserId { get; init; }

    public uint GroupId { get; init; }

    /// <summary>Name of the secret with the Authorization header; null for those that are named after the host.</summary>
    public string? AuthHeaderSecret { get; init; }

    /// <summary>Only what may make a difference to the answer: <c>Accept</c> and <c>User-Agent</c>.</summary>
    public ImmutableSortedDictionary<string, string> Headers { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>No web server has it, but the client.</summary>
    public bool IsUpload => Url.Host == SessionStreams.UploadHost;

    public override string ToString() => IsUpload ? "the client's upload" : UrlCredentials.Redact(Url.OriginalString);

    /// <exception cref="SourceException">Not a URL, or attributes that make no sense.</exception>
    public static HttpSourceRequest Parse(string identifier, IReadOnlyDictionary<string, string> attributes)
    {
        if (!Uri.TryCreate(identifier, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new SourceException($"\"{UrlCredentials.Redact(identifier)}\" is not an http or https URL");
        var request = new HttpSourceRequest(url);
        foreach (var (name, value) in attributes)
        {
            request = name switch
            {
                SourceAttributes.HttpChecksum => request with
                {
                    Checksum = Digest.TryParse(value, out var digest) ? digest : throw new SourceException($"{request}: {name}: \"{value}\" is not a digest"),
                },
                SourceAttributes.HttpFileName => request with { FileName = value },
                SourceAttributes.HttpPermissions => request with { Permissions = ParseNumber(name, value) & 0b111_111_111_111 },
                SourceAttributes.HttpUser => request with { UserId = ParseNumber(name, value) },
                SourceAttributes.HttpGroup => request with { GroupId = ParseNumber(name, value) },
                SourceAttributes.HttpAuthHeaderSecret => request with { AuthHeaderSecret = value.Length > 0 ? value : null },
                "http.sig.pubkey" or "http.sig.signature" => throw new SourceException($"{request}: the attribute {name} is not supported yet"),
                HeaderPrefix + "accept" or HeaderPrefix + "user-agent" => request with { Headers = request.Headers.SetItem(name[HeaderPrefix.Length..], value) },
                _ => request,
            };
        }
        return request with { Permissions = request.Permissions == 0 ? 0b110_000_000 : request.Permissions };
    }

    /// <summary>The same for the same file in the same place, whichever server has it.</summary>
    public Digest Identify(HttpFile file)
    {
        using var key = new KeyHash("http");
        return key.Add(file.Name).Add(file.Content).Add(file.Modified?.ToUnixTimeSeconds() ?? -1)
            .Add(Permissions).Add(UserId).Add(GroupId).ToDigest();
    }

    /// <summary>Under which the server's last answer to just this question is remembered.</summary>
    public Digest QuestionKey()
    {
        using var key = new KeyHash("http question");
        key.Add(Url.OriginalString).Add(FileName).Add(Permissions).Add(UserId).Add(GroupId).Add(AuthHeaderSecret ?? "");
        foreach (var (name, value) in Headers)
            key.Add(name).Add(value);
        return key.ToDigest();
    }

    // In C's notation: clients write permissions in octal, with a 0 in front.
    public static uint ParseNumber(string name, string text)
    {
        try
        {
            return text.Length > 1 && text[0] == '0' ? Convert.ToUInt32(text, 8) : uint.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            throw new SourceException($"{name}: \"{text}\" is not a number", e);
        }
    }
}
