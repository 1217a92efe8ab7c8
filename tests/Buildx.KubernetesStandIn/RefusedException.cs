namespace Buildx.KubernetesStandIn;

/// <summary>What an API server answers with a <c>Status</c>.</summary>
internal sealed class RefusedException(int status, string reason, string message) : Exception(message)
{
    public int Status => status;

    public string Reason => reason;

    public static RefusedException NotFound(string collection, string name) => new(404, "NotFound", $"{collection} \"{name}\" not found");
}
