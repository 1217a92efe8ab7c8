using Buildx.Protocol.SourcePolicies;

namespace Buildx.Engine.Sources.Policies;

/// <summary>The build's source policy does not let it use this source.</summary>
/// <param name="reasons">What the client gave as reasons when it was asked.</param>
internal sealed class SourceDeniedException(string message, IReadOnlyList<DenyMessage> reasons) : Exception(message)
{
    public IReadOnlyList<DenyMessage> Reasons => reasons;

    public static SourceDeniedException ByRule(string identifier) =>
        new($"source \"{identifier}\" denied by policy: the source policy that the client sent has a DENY rule for it; use another source, or change the policy", []);

    public static SourceDeniedException ByClient(string identifier, IReadOnlyList<DenyMessage> reasons) =>
        new($"source \"{identifier}\" not allowed by policy{(reasons.Count == 0 ? "" : ": " + string.Join("; ", reasons.Select(reason => reason.Message)))}", reasons);
}
