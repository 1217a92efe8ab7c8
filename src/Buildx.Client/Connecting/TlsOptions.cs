namespace Buildx.Client;

/// <summary>TLS for <c>tcp://</c>: files in PEM form.</summary>
public sealed record TlsOptions
{
    /// <summary>The authorities that are trusted; null for those of the system.</summary>
    public string? CertificateAuthorityFile { get; init; }

    /// <summary>The client's certificate, with <see cref="KeyFile"/>.</summary>
    public string? CertificateFile { get; init; }

    public string? KeyFile { get; init; }

    /// <summary>The name in the daemon's certificate, if it isn't the host's.</summary>
    public string? ServerName { get; init; }

    /// <summary>Whether any certificate of the daemon's is taken: the connection is encrypted, but not known to end at the right one.</summary>
    public bool SkipsVerification { get; init; }
}
