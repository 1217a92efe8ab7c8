using Buildx.Engine.Server;
using Buildx.Engine.Solving;
using Buildx.Engine.Sources.Image;
using Buildx.Oci;
using Buildx.Protocol.Gateway;
using Buildx.Protocol.Pb;
using Buildx.Protocol.SourcePolicies;
using Grpc.Core;
using Policy = Buildx.Protocol.SourcePolicies.Policy;

namespace Buildx.Engine.Sources.Policies;

/// <summary>
/// Decides about the sources of one build: by the rules that came with it, then by asking the client, where it wants to be asked
/// (<c>SourcePolicySession</c>). The client may want to know more about a source before it decides.
/// </summary>
internal sealed class SourceDecisions(BuildJob job, SourceDescriptions descriptions)
{
    private const string Method = "/moby.buildkit.v1.sourcepolicy.policysession.PolicyVerifier/CheckPolicy";

    /// <summary>A client that never comes to a decision is wrong.</summary>
    private const int MaximumQuestions = 10;

    /// <summary>Decides about all sources of a graph.</summary>
    /// <returns>The same graph where nothing was converted.</returns>
    /// <exception cref="SourceDeniedException">A source is denied.</exception>
    public async ValueTask<Definition> ApplyAsync(Definition definition, IReadOnlyCollection<Policy> more, CancellationToken cancellationToken)
    {
        var rules = job.SourcePolicy.With(more);
        if (rules.IsEmpty && job.PolicySession is null)
            return definition;
        var decided = new Dictionary<string, SourceOp>();
        foreach (var bytes in definition.Def)
        {
            var operation = Op.Parser.ParseFrom(bytes);
            if (operation.OpCase == Op.OpOneofCase.Source && await DecideAsync(rules, operation.Source, operation.Platform, cancellationToken))
                decided[Digest.Sha256(bytes.Span).Value] = operation.Source;
        }
        return decided.Count == 0 ? definition : DefinitionRewriter.Rewrite(definition, (operation, digest) =>
        {
            if (!decided.TryGetValue(digest, out var source))
                return false;
            operation.Source = source;
            return true;
        });
    }

    /// <summary>Decides about one source.</summary>
    /// <returns>Whether <paramref name="source"/> was converted.</returns>
    /// <exception cref="SourceDeniedException">It is denied.</exception>
    public ValueTask<bool> DecideAsync(SourceOp source, Protocol.Pb.Platform? platform, IReadOnlyCollection<Policy> more, CancellationToken cancellationToken) =>
        DecideAsync(job.SourcePolicy.With(more), source, platform, cancellationToken);

    private async ValueTask<bool> DecideAsync(SourcePolicy rules, SourceOp source, Protocol.Pb.Platform? platform, CancellationToken cancellationToken)
    {
        if (rules.IsEmpty && job.PolicySession is null)
            return false;
        // Rules and clients know images by their full names.
        if (source.Identifier.StartsWith(ImageSourceRequest.Scheme, StringComparison.Ordinal) && ImageReference.TryParse(source.Identifier[ImageSourceRequest.Scheme.Length..], out var reference))
            source.Identifier = ImageSourceRequest.Scheme + reference.WithDefaultTag();
        var converted = rules.Apply(source);
        if (job.PolicySession is not { } client)
            return converted;
        if (!client.Supports(Method))
            throw new NotSupportedException("the client wants to decide about sources, and offers no PolicyVerifier in its session");
        var description = new ResolveSourceMetaResponse { Source = source.Clone() };
        for (var count = 0; count < MaximumQuestions; count++)
        {
            var response = await AskAsync(client, new CheckPolicyRequest { Source = description, Platform = platform }, source, cancellationToken);
            switch (response.ResultCase)
            {
                case CheckPolicyResponse.ResultOneofCase.Request:
                    if (!response.Request.Source.Equals(source))
                        throw new InvalidOperationException($"the source policy was asked about {source.Identifier}, and wants to know about {response.Request.Source?.Identifier}");
                    description = await descriptions.DescribeAsync(response.Request, job, cancellationToken);
                    break;
                case CheckPolicyResponse.ResultOneofCase.Decision when response.Decision.Action == PolicyAction.Allow:
                    return converted;
                case CheckPolicyResponse.ResultOneofCase.Decision when response.Decision is { Action: PolicyAction.Convert, Update: { } update }:
                    source.Identifier = update.Identifier;
                    source.Attrs.Clear();
                    source.Attrs.Add(update.Attrs);
                    rules.Apply(source);
                    description = new ResolveSourceMetaResponse { Source = source.Clone() };
                    converted = true;
                    break;
                case CheckPolicyResponse.ResultOneofCase.Decision:
                    throw SourceDeniedException.ByClient(source.Identifier, response.Decision.DenyMessages);
                default:
                    throw new InvalidOperationException($"the client gives no answer about the source {source.Identifier}");
            }
        }
        throw new InvalidOperationException($"the client's source policy comes to no decision about {source.Identifier}: it asked {MaximumQuestions} times");
    }

    private static async Task<CheckPolicyResponse> AskAsync(
        ISession client, CheckPolicyRequest request, SourceOp source, CancellationToken cancellationToken)
    {
        try
        {
            return await new PolicyVerifier.PolicyVerifierClient(client.Invoker).CheckPolicyAsync(request, cancellationToken: cancellationToken);
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException($"the client can't decide about the source {source.Identifier}: {e.Status.Detail}", e);
        }
    }
}
