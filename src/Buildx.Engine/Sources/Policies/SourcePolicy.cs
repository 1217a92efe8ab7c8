using System.Collections.Concurrent;
using Buildx.Engine.Solving;
using Buildx.Oci;
using Buildx.Protocol.Pb;
using Buildx.Protocol.SourcePolicies;
using Google.Protobuf;
using Policy = Buildx.Protocol.SourcePolicies.Policy;

namespace Buildx.Engine.Sources.Policies;

/// <summary>
/// Which sources a build may use, and which it gets instead: the rules that the client sent with it. Of the rules that match a
/// source the last one allows or denies it; a conversion makes the rules run again over what it was converted to.
/// </summary>
internal sealed class SourcePolicy
{
    private const string ImageScheme = "docker-image://";
    private const int MaximumConversions = 20;

    private readonly IReadOnlyList<SourceRule> _rules;
    private readonly ConcurrentDictionary<string, string> _pinned = [];

    private SourcePolicy(IReadOnlyList<SourceRule> rules) => _rules = rules;

    public static SourcePolicy None { get; } = new([]);

    /// <exception cref="FormatException">A rule makes no sense.</exception>
    public static SourcePolicy Parse(Policy? policy) => policy is null ? None : new([.. policy.Rules.Select(SourceRule.Parse)]);

    /// <summary>Applies the rules to all sources of a graph.</summary>
    /// <returns>The same graph where nothing was converted.</returns>
    /// <exception cref="SourceDeniedException">A source is denied.</exception>
    public Definition Apply(Definition definition)
    {
        if (_rules.Count == 0)
            return definition;
        return DefinitionRewriter.Rewrite(definition, (operation, _) => operation.OpCase == Op.OpOneofCase.Source && Apply(operation.Source));
    }

    /// <summary>The image that is taken for this one.</summary>
    /// <exception cref="SourceDeniedException">It is denied.</exception>
    public ImageReference Apply(ImageReference reference)
    {
        if (_rules.Count == 0)
            return reference;
        var source = new SourceOp { Identifier = ImageScheme + reference };
        if (!Apply(source))
            return reference;
        return source.Identifier.StartsWith(ImageScheme, StringComparison.Ordinal)
            ? ImageReference.Parse(source.Identifier[ImageScheme.Length..]).WithDefaultTag()
            : throw new FormatException($"the source policy converts the image {reference} into {source.Identifier}, which is no image");
    }

    /// <summary>
    /// Takes note that one image stood for another when it was looked up: who then asks for the first by the digest it got gets
    /// the second.
    /// </summary>
    public void Remember(ImageReference asked, ImageReference taken, Digest digest)
    {
        if (_rules.Count > 0 && asked != taken)
            _pinned[ImageScheme + asked.WithDigest(digest)] = ImageScheme + taken.WithDigest(digest);
    }

    /// <returns>Whether the source was converted.</returns>
    private bool Apply(SourceOp source)
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
        var denied = false;
        foreach (var rule in _rules)
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
        return denied ? throw new SourceDeniedException(source.Identifier) : false;
    }
}
