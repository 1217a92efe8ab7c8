using Buildx.Engine.Solving;
using Buildx.Engine.Sources.Policies;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Pb;
using Buildx.Protocol.SourcePolicies;
using Google.Protobuf;
using MatchType = Buildx.Protocol.SourcePolicies.MatchType;
using Policy = Buildx.Protocol.SourcePolicies.Policy;

namespace Buildx.Engine.Tests.Sources.Policies;

public sealed class SourcePolicyTests
{
    private const string Busybox = "docker-image://docker.io/library/busybox:1.36";

    [Fact]
    public async Task A_denied_source_fails_the_graph_and_is_named()
    {
        var policy = Parse(Rule(PolicyAction.Deny, "docker-image://docker.io/library/*"));

        var error = await Assert.ThrowsAsync<SourceDeniedException>(() => ApplyAsync(policy, Graph(Busybox)));

        Assert.Contains($"source \"{Busybox}\" denied by policy", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_the_rules_that_match_the_last_one_decides()
    {
        var deny = Rule(PolicyAction.Deny, "*");
        var allow = Rule(PolicyAction.Allow, Busybox, MatchType.Exact);

        await ApplyAsync(Parse(deny, allow), Graph(Busybox));
        await Assert.ThrowsAsync<SourceDeniedException>(() => ApplyAsync(Parse(allow, deny), Graph(Busybox)));
    }

    [Fact]
    public async Task A_policy_that_allows_takes_nothing_back_of_what_another_denies()
    {
        var (deny, allow) = (new Policy { Rules = { Rule(PolicyAction.Deny, "*") } }, new Policy { Rules = { Rule(PolicyAction.Allow, "*") } });

        await Assert.ThrowsAsync<SourceDeniedException>(() => ApplyAsync(SourcePolicy.Parse(deny).With([allow]), Graph(Busybox)));
        await Assert.ThrowsAsync<SourceDeniedException>(() => ApplyAsync(SourcePolicy.Parse(allow).With([deny]), Graph(Busybox)));
    }

    [Theory]
    [InlineData(MatchType.Wildcard, "docker-image://docker.io/library/busybox:*", "docker-image://mirror.test/busybox:${1}-musl", "docker-image://mirror.test/busybox:1.36-musl")]
    [InlineData(MatchType.Regex, "^docker-image://docker.io/(?P<name>.*):1.36$", "docker-image://mirror.test/${name}:2", "docker-image://mirror.test/library/busybox:2")]
    [InlineData(MatchType.Exact, Busybox, "docker-image://mirror.test/b", "docker-image://mirror.test/b")]
    public async Task A_conversion_replaces_the_source_and_what_depends_on_it_follows(MatchType type, string identifier, string into, string expected)
    {
        var rule = Rule(PolicyAction.Convert, identifier, type);
        rule.Updates = new Update { Identifier = into };

        var graph = LlbGraph.Read(await ApplyAsync(Parse(rule), Graph(Busybox)));

        Assert.Equal(expected, graph.Vertices[0].Operation.Source.Identifier);
        Assert.Equal(2, graph.Vertices.Count);
        Assert.Equal("the image", graph.Vertices[0].Name);
    }

    [Fact]
    public async Task A_conversion_may_add_attributes_where_a_constraint_holds()
    {
        var rule = Rule(PolicyAction.Convert, "https://*");
        rule.Selector.Constraints.Add(new AttrConstraint { Key = "http.filename", Value = "^a", Condition = AttrMatch.Matches });
        rule.Updates = new Update { Attrs = { ["http.checksum"] = "sha256:1" } };

        var converted = LlbGraph.Read(await ApplyAsync(Parse(rule), Graph("https://example.com/a", ("http.filename", "a"))));
        var other = LlbGraph.Read(await ApplyAsync(Parse(rule), Graph("https://example.com/a", ("http.filename", "b"))));

        Assert.Equal("sha256:1", converted.Vertices[0].Operation.Source.Attrs["http.checksum"]);
        Assert.False(other.Vertices[0].Operation.Source.Attrs.ContainsKey("http.checksum"));
    }

    [Fact]
    public async Task An_image_that_was_looked_up_in_place_of_another_is_taken_in_its_place()
    {
        var rule = Rule(PolicyAction.Convert, Busybox, MatchType.Exact);
        rule.Updates = new Update { Identifier = "docker-image://mirror.test/b:1" };
        var policy = Parse(rule);
        var (asked, digest) = (ImageReference.Parse("busybox:1.36"), Digest.Sha256("x"u8));

        policy.Remember(asked, ImageReference.Parse("mirror.test/b:1"), digest);

        var graph = LlbGraph.Read(await ApplyAsync(policy, Graph($"docker-image://{asked.WithDigest(digest)}")));
        Assert.Equal($"docker-image://mirror.test/b:1@{digest}", graph.Vertices[0].Operation.Source.Identifier);
    }

    [Fact]
    public async Task Conversions_that_never_end_are_an_error()
    {
        var (first, second) = (Rule(PolicyAction.Convert, "https://a", MatchType.Exact), Rule(PolicyAction.Convert, "https://b", MatchType.Exact));
        (first.Updates, second.Updates) = (new Update { Identifier = "https://b" }, new Update { Identifier = "https://a" });

        Assert.Contains("again and again", (await Assert.ThrowsAsync<FormatException>(() => ApplyAsync(Parse(first, second), Graph("https://a")))).Message, StringComparison.Ordinal);
    }

    private static Task<Definition> ApplyAsync(SourcePolicy policy, Definition graph) =>
        Task.FromResult(DefinitionRewriter.Rewrite(graph, (operation, _) => operation.OpCase == Op.OpOneofCase.Source && policy.Apply(operation.Source)));

    private static SourcePolicy Parse(params IEnumerable<Rule> rules)
    {
        var policy = new Policy { Version = 1 };
        policy.Rules.Add(rules);
        return SourcePolicy.Parse(policy);
    }

    private static Rule Rule(PolicyAction action, string identifier, MatchType type = MatchType.Wildcard) =>
        new() { Action = action, Selector = new Selector { Identifier = identifier, MatchType = type } };

    /// <summary>A source, a step that uses it, and the empty operation at the end.</summary>
    private static Definition Graph(string identifier, params (string Key, string Value)[] attributes)
    {
        var source = new Op { Source = new SourceOp { Identifier = identifier } };
        foreach (var (key, value) in attributes)
            source.Source.Attrs[key] = value;
        var merge = new Op { Merge = new MergeOp { Inputs = { new MergeInput { Input = 0 }, new MergeInput { Input = 1 } } }, Inputs = { Use(source), Use(source) } };
        var definition = new Definition();
        foreach (var operation in new[] { source, merge, new Op { Inputs = { Use(merge) } } })
            definition.Def.Add(operation.ToByteString());
        definition.Metadata[Digest.Sha256(source.ToByteArray()).Value] = new OpMetadata { Description = { ["llb.customname"] = "the image" } };
        return definition;
    }

    private static Input Use(Op operation) => new() { Digest = Digest.Sha256(operation.ToByteArray()).Value };
}
