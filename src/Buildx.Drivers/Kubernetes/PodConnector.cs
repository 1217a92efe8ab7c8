using Buildx.Client;

namespace Buildx.Drivers.Kubernetes;

/// <summary>A BuildKit in a pod, reached by running <c>buildctl dial-stdio</c> in it.</summary>
/// <param name="name">What to call it in messages.</param>
/// <param name="chooseAsync">Which pod, in which namespace, and which of its containers (null for the first); asked once.</param>
internal sealed class PodConnector(string name, KubernetesApi api, Func<CancellationToken, Task<(string Namespace, string Pod, string? Container)>> chooseAsync) : BuildkitConnector
{
    private const int Attempts = 5;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(500);

    // All connections of one client must reach the same engine: a build and its session belong together.
    private (string Namespace, string Pod, string? Container)? _chosen;

    public override string Name => name;

    public override async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var (space, pod, container) = _chosen ??= await chooseAsync(cancellationToken);
                return await api.ExecuteAsync(space, pod, container, ["buildctl", "dial-stdio"], cancellationToken);
            }
            catch (Exception e) when (e is IOException or DriverException)
            {
                _chosen = null;
                // A node that has just joined the cluster can't be dialled for a moment.
                if (attempt >= Attempts || !e.Message.Contains("error dialing backend", StringComparison.Ordinal))
                    throw e as IOException ?? new IOException(e.Message, e);
            }
            await Task.Delay(FirstDelay * (1 << (attempt - 1)), cancellationToken);
        }
    }
}
