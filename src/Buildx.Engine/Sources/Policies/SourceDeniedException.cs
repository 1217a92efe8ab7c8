namespace Buildx.Engine.Sources.Policies;

/// <summary>The build's source policy does not let it use this source.</summary>
internal sealed class SourceDeniedException(string identifier)
    : Exception($"source \"{identifier}\" denied by policy: the source policy that the client sent has a DENY rule for it; use another source, or change the policy");
