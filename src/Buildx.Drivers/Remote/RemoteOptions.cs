using Buildx.Client;

namespace Buildx.Drivers.Remote;

/// <summary>The <c>--driver-opt</c>s of the driver <c>remote</c>.</summary>
/// <param name="Tls">Null for none.</param>
public sealed record RemoteOptions(TlsOptions? Tls, bool LoadsByDefault)
{
    /// <exception cref="DriverException">An unknown option, a bad value, or one that is missing beside another.</exception>
    public static RemoteOptions Parse(IReadOnlyDictionary<string, string>? options)
    {
        TlsOptions? tls = null;
        var loads = false;
        foreach (var (name, value) in options ?? new Dictionary<string, string>())
        {
            switch (name)
            {
                case "servername":
                    tls = (tls ?? new TlsOptions()) with { ServerName = value };
                    break;
                case "cacert":
                    tls = (tls ?? new TlsOptions()) with { CertificateAuthorityFile = DriverOptions.ReadPath(name, value) };
                    break;
                case "cert":
                    tls = (tls ?? new TlsOptions()) with { CertificateFile = DriverOptions.ReadPath(name, value) };
                    break;
                case "key":
                    tls = (tls ?? new TlsOptions()) with { KeyFile = DriverOptions.ReadPath(name, value) };
                    break;
                case "default-load":
                    loads = DriverOptions.ReadBoolean(name, value);
                    break;
                default:
                    throw DriverOptions.Unknown(RemoteDriver.DriverName, name, "cacert, cert, key, servername, default-load");
            }
        }
        if (tls is { CertificateAuthorityFile: null })
            throw new DriverException("--driver-opt: TLS needs cacert=FILE, the authority that the daemon's certificate comes from");
        if (tls is not null && tls.CertificateFile is null != tls.KeyFile is null)
            throw new DriverException($"--driver-opt: {(tls.KeyFile is null ? "cert needs key=FILE" : "key needs cert=FILE")} beside it");
        return new RemoteOptions(tls, loads);
    }
}
