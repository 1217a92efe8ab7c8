using System.Collections.Concurrent;
using Buildx.Engine.Sources.Image;
using Buildx.Oci;
using Buildx.Protocol.Pb;
using Buildx.Protocol.SourcePolicies;
using Policy = Buildx.Protocol.SourcePolicies.Policy;

namespace Buildx.Engine.Sources.Policies;

/// <summary>
/// Which sources a build may use, and which it gets instead: the rules that the client sent with it. Of the rules of one policy
/// that match a source the last one allows or denies it, and all policies must allow it; a conversion makes the rules run again
/// over what it was converted to.
/// </summary>
internal sealed class SourcePolicy
{
    private const int MaximumConversions = 20;

    private readonly IReadOnlyList<IReadOnlyList<SourceRule>> _policies;
    private readonly ConcurrentDictionary<string, string> _pinned;

    private SourcePolicy(IReadOnlyList<IReadOnlyList<SourceRule>> policies, ConcurrentDictionary<string, string> pinned) => (_policies, _pinned) = (policies, pinned);

    /// <summary>Allows everything.</summary>
    public static SourcePolicy None => new([], []);

    public bool IsEmpty => _policies.Count == 0 && _pinned.IsEmpty;

    /// <exception cref="FormatException">A rule makes no sense.</exception>
    public static SourcePolicy Parse(Policy? policy) => policy is null or { Rules.Count: 0 } ? None : None.With([policy]);

    /// <summary>With the policies of one call in addition.</summary>
    /// <exception cref="FormatException">A rule makes no sense.</exception>
    public SourcePolicy With(IReadOnlyCollection<Policy> more) => more.Count == 0
        ? this
        : new([.. more.Select(policy => policy.Rules.Select(SourceRule.Parse).ToList()), .. _policies], _pinned);

    /// <summary>
    /// Takes note that one image stood for another when it was looked up: who then asks for the first by the digest it got gets
    /// the second.
    /// </summary>
    public void Remember(ImageReference asked, ImageReference taken, Digest digest)
    {
        if (asked != taken)
            _pinned[ImageSourceRequest.Scheme + asked.WithDigest(digest)] = ImageSourceRequest.Scheme + taken.WithDigest(digest);
    }

    /// <returns>Whether the source was converted.</returns>
    /// <exception cref="SourceDeniedException">It is denied.</exception>
    public bool Apply(SourceOp source)
    {
        var converted = false;
        if (_pinned.TryGetValue(source.Identifier, out var pinned))
        {
            source.Identifier = pinned;
            converted = true;
        }
        for (var count = 0; ApplyOnce(source); count++)
        {
            if (count == MaximumConversions)
                throw new FormatException($"the source policy converts {source.Identifier} again and again");
            converted = true;
        }
        return converted;
    }

    private bool ApplyOnce(SourceOp source)
    {
        foreach (var rules in _policies)
        {
            if (ApplyOnce(rules, source))
                return true;
        }
        return false;
    }

    private static bool ApplyOnce(IReadOnlyList<SourceRule> rules, SourceOp source)
    {
        var denied = false;
        foreach (var rule in rules)
        {
            if (!rule.Matches(source))
                continue;
            switch (rule.Action)
            {
                case PolicyAction.Convert:
                    if (rule.Convert(source))
                        return true;
                    break;
                default:
                    denied = rule.Action == PolicyAction.Deny;
                    break;
            }
        }
        return denied ? throw SourceDeniedException.ByRule(source.Identifier) : false;
    }
}
