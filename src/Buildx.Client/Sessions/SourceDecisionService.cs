using Buildx.Protocol.Sessions;
using Buildx.Protocol.SourcePolicies;

namespace Buildx.Client;

/// <summary>Answers the daemon, which asks about each source that the build wants.</summary>
internal sealed class SourceDecisionService(Func<CheckPolicyRequest, CancellationToken, Task<CheckPolicyResponse>> decide) : ISessionService
{
    public void Register(SessionServer server) => server.MapUnary(
        "/moby.buildkit.v1.sourcepolicy.policysession.PolicyVerifier/CheckPolicy", CheckPolicyRequest.Parser,
        (request, _, cancellationToken) => decide(request, cancellationToken));
}
