using System.Net;
using Buildx.Oci;

namespace Buildx.Registry;

/// <summary>One repository, in one identity's name. Reading asks the mirrors first; writing goes to the registry itself.</summary>
public sealed partial class RemoteRepository
{
    private const int IntactAttempts = 3;

    private readonly IReadOnlyList<RegistryTransport> _transports;
    private readonly RegistryClientOptions _options;

    internal RemoteRepository(string registry, string path, IReadOnlyList<RegistryTransport> transports, RegistryClientOptions options)
    {
        Registry = registry;
        Path = path;
        _transports = transports;
        _options = options;
    }

    /// <summary>As images name it, e.g. <c>docker.io</c>.</summary>
    public string Registry { get; }

    public string Path { get; }

    /// <summary><c>registry/path</c>.</summary>
    public string Name => $"{Registry}/{Path}";

    public override string ToString() => Name;

    /// <summary>The registry itself.</summary>
    private RegistryTransport Origin => _transports[^1];

    private IReadOnlyList<TokenScope> PullScopes(RegistryTransport transport) => [TokenScope.Pull(transport.Endpoint.PathPrefix + Path)];

    /// <summary>
    /// Does it at the first host that can. A mirror's failure, of whatever kind, leads on to the next; the registry itself has
    /// the last word.
    /// </summary>
    private async Task<T> ReadAsync<T>(Func<RegistryTransport, Task<T>> read, CancellationToken cancellationToken)
    {
        List<string>? failures = null;
        foreach (var transport in _transports)
        {
            var isLast = transport == Origin;
            if (!isLast && transport.Endpoint.IsUnavailable(_options.TimeProvider))
                continue;
            try
            {
                return await read(transport);
            }
            catch (RegistryException e) when (!isLast)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (e.Kind is RegistryErrorKind.Connection or RegistryErrorKind.Certificate or RegistryErrorKind.PlainHttp)
                    transport.Endpoint.MarkUnavailable(_options.TimeProvider);
                if (e.Kind != RegistryErrorKind.NotFound)
                    (failures ??= []).Add(e.Message);
            }
            catch (RegistryException e) when (failures is not null)
            {
                // Somebody with a mirror that is broken must be told, or the error of the registry behind it makes no sense.
                throw new RegistryException($"{e.Message}\nbefore that, the mirror: {string.Join("\n", failures)}", e.Kind, e.Host, e)
                {
                    StatusCode = e.StatusCode,
                    Errors = e.Errors,
                    IsTemporary = e.IsTemporary,
                };
            }
        }
        throw new InvalidOperationException("a registry has at least one endpoint");
    }

    /// <summary>What broke off or came changed is fetched again: that is the way's fault at least as often as the registry's.</summary>
    private async Task<T> FetchIntactAsync<T>(Func<Task<T>> fetch, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await fetch();
            }
            catch (RegistryException e) when (e.IsDamage && attempt < IntactAttempts)
            {
                await Task.Delay(RetryDelays.Get(attempt), _options.TimeProvider, cancellationToken);
            }
        }
    }

    /// <summary>A mirror that cannot be reached is not asked many times.</summary>
    private int AttemptsAt(RegistryTransport transport) => transport == Origin ? 5 : 2;

    private static bool IsMissing(HttpResponseMessage response) => response.StatusCode == HttpStatusCode.NotFound;
}
