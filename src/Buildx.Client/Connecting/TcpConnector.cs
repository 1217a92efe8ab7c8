using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Buildx.Client;

/// <summary>A BuildKit at a TCP port, with or without (mutual) TLS.</summary>
/// <param name="isHttp2">False for an API of HTTP/1.1, as the Docker Engine's.</param>
public sealed class TcpConnector(string host, int port, TlsOptions? tls, bool isHttp2 = true) : BuildkitConnector
{
    public override string Name => $"tcp://{host}:{port}";

    public override async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host, port, cancellationToken);
            var stream = new NetworkStream(socket, ownsSocket: true);
            return tls is null ? stream : await AuthenticateAsync(stream, tls, cancellationToken);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<Stream> AuthenticateAsync(Stream stream, TlsOptions options, CancellationToken cancellationToken)
    {
        var authentication = new SslClientAuthenticationOptions
        {
            TargetHost = options.ServerName ?? host,
            ApplicationProtocols = [isHttp2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11],
        };
        if (options.SkipsVerification)
        {
#pragma warning disable CA5359 // The user has asked for it, as Docker's --tls without --tlsverify does.
            authentication.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (options.CertificateAuthorityFile is { } authority)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(authority);
            authentication.CertificateChainPolicy = policy;
        }
        if (options.CertificateFile is { } certificate)
            authentication.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, options.KeyFile)];
        var secured = new SslStream(stream);
        try
        {
            await secured.AuthenticateAsClientAsync(authentication, cancellationToken);
            return secured;
        }
        catch
        {
            await secured.DisposeAsync();
            throw;
        }
    }
}
