using System.Security.Cryptography;
using System.Text;
using Buildx.Client;
using Buildx.EndToEnd.Tests.Graphs;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Gateway;
using Buildx.Protocol.Pb;
using Buildx.Protocol.SourcePolicies;
using Buildx.TestSupport;
using Google.Protobuf;
using Grpc.Core;
using Platform = Buildx.Oci.Platform;
using Policy = Buildx.Protocol.SourcePolicies.Policy;

namespace Buildx.EndToEnd.Tests.Frontends;

/// <summary>Clients that decide about a build's sources while it runs, and what they can get to know before they decide.</summary>
public sealed class SourceDecisionTests(BaseImageRegistry bases)
{
    private static readonly LlbOutput Busybox = LlbSource.Image(ImageReference.Parse("busybox:1.36"), new VertexOptions { Platform = Platform.Host });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_client_allows_a_source_after_it_has_seen_its_digest_and_config()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var client = await EngineClient.ConnectAsync(place);
        var asked = new List<CheckPolicyRequest>();

        await SolveAsync(client, Busybox, request =>
        {
            asked.Add(request);
            return request.Source.Image is null
                ? new CheckPolicyResponse { Request = new ResolveSourceMetaRequest { Source = request.Source.Source, Platform = request.Platform } }
                : Decision(PolicyAction.Allow);
        });

        Assert.Equal(2, asked.Count);
        Assert.Equal("docker-image://docker.io/library/busybox:1.36", asked[0].Source.Source.Identifier);
        Assert.Equal("linux", asked[0].Platform.OS);
        Assert.StartsWith("sha256:", asked[1].Source.Image.Digest, StringComparison.Ordinal);
        Assert.Contains("rootfs", asked[1].Source.Image.Config.ToStringUtf8(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_the_client_denies_fails_the_build_with_its_reasons()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var client = await EngineClient.ConnectAsync(place);
        var denial = Decision(PolicyAction.Deny);
        denial.Decision.DenyMessages.Add([new DenyMessage { Message = "not this one" }, new DenyMessage { Message = "take another" }]);

        var denied = await Assert.ThrowsAsync<SolveException>(() => SolveAsync(client, Busybox, _ => denial));
        var broken = await Assert.ThrowsAsync<SolveException>(() => SolveAsync(client, Busybox, _ => throw new RpcException(new Status(StatusCode.Unknown, "no idea"))));
        var endless = await Assert.ThrowsAsync<SolveException>(() => SolveAsync(
            client, Busybox, request => new CheckPolicyResponse { Request = new ResolveSourceMetaRequest { Source = request.Source.Source } }));

        Assert.Contains("busybox:1.36\" not allowed by policy: not this one; take another", denied.Message, StringComparison.Ordinal);
        Assert.Equal(["not this one", "take another"], denied.Details.DenyMessages);
        Assert.Contains("no idea", broken.Message, StringComparison.Ordinal);
        Assert.Contains("comes to no decision", endless.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_client_may_put_another_source_in_the_place_of_one_which_is_decided_about_as_well()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var client = await EngineClient.ConnectAsync(place);
        var asked = new List<string>();
        var elsewhere = LlbSource.Image(ImageReference.Parse("elsewhere:9"), new VertexOptions { Platform = Platform.Host });

        await SolveAsync(client, elsewhere, request =>
        {
            asked.Add(request.Source.Source.Identifier);
            var decision = Decision(asked.Count == 1 ? PolicyAction.Convert : PolicyAction.Allow);
            if (asked.Count == 1)
                decision.Decision.Update = new SourceOp { Identifier = "docker-image://docker.io/library/busybox:1.36" };
            return decision;
        });

        Assert.Equal(["docker-image://docker.io/library/elsewhere:9", "docker-image://docker.io/library/busybox:1.36"], asked);
    }

    [Fact]
    public async Task Of_a_repository_a_frontend_learns_the_commit_and_its_tag_as_git_stores_them()
    {
        using var repository = await GitDaemon.StartAsync(new Dictionary<string, string> { ["file"] = "content" });
        await repository.GitAsync("-c", "user.name=a", "-c", "user.email=a@example.com", "tag", "-a", "v1", "-m", "the first");
        var commit = (await repository.GitAsync("rev-parse", "main")).Trim();
        var tag = (await repository.GitAsync("rev-parse", "v1")).Trim();
        await using var place = await Workplace.CreateAsync(bases);
        await using var client = await EngineClient.ConnectAsync(place);
        await using var build = new RunningBuild(client);

        var branch = (await DescribeAsync(build, Git(repository, "main"))).Git;
        var annotated = (await DescribeAsync(build, Git(repository, "v1"), request => request.Git = new ResolveSourceGitRequest { ReturnObject = true })).Git;

        Assert.Equal((commit, "refs/heads/main", ""), (branch.Checksum, branch.Ref, branch.CommitChecksum));
        Assert.Equal((tag, "refs/tags/v1", commit), (annotated.Checksum, annotated.Ref, annotated.CommitChecksum));
        Assert.StartsWith("tree ", annotated.CommitObject.ToStringUtf8(), StringComparison.Ordinal);
        Assert.StartsWith($"object {commit}\ntype commit\ntag v1\n", annotated.TagObject.ToStringUtf8(), StringComparison.Ordinal);
        Assert.Equal(tag, Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"tag {annotated.TagObject.Length}\0"), .. annotated.TagObject])));
    }

    [Fact]
    public async Task Of_a_download_a_frontend_learns_the_checksum_also_with_something_behind_it()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var client = await EngineClient.ConnectAsync(place);
        await using var build = new RunningBuild(client);
        var url = $"http://{bases.Server.Host}/v2/";
        var content = Encoding.UTF8.GetBytes(await Tool.RunAsync("curl", "-fsS", url));

        var answer = (await DescribeAsync(build, new SourceOp { Identifier = url, Attrs = { ["http.filename"] = "answer" } }, request => request.HTTP = new ResolveSourceHTTPRequest
        {
            ChecksumRequest = new ChecksumRequest { Algo = ChecksumRequest.Types.ChecksumAlgo.Sha512, Suffix = ByteString.CopyFromUtf8("more") },
        })).HTTP;

        Assert.Equal(("sha256:" + Convert.ToHexStringLower(SHA256.HashData(content)), "answer"), (answer.Checksum, answer.Filename));
        Assert.Equal("sha512:" + Convert.ToHexStringLower(SHA512.HashData([.. content, .. "more"u8])), answer.ChecksumResponse.Digest);
        Assert.Equal("more", answer.ChecksumResponse.Suffix.ToStringUtf8());
    }

    [Fact]
    public async Task A_frontend_may_restrict_a_single_call_by_a_policy_of_its_own()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var client = await EngineClient.ConnectAsync(place);
        await using var build = new RunningBuild(client);
        var none = new Policy { Rules = { new Rule { Action = PolicyAction.Deny, Selector = new Selector { Identifier = "docker-image://*" } } } };
        var graph = LlbDefinition.Write(Busybox);

        var solve = await Assert.ThrowsAsync<RpcException>(
            async () => await build.Bridge.SolveAsync(new SolveRequest { Definition = graph, AllowResultReturn = true, SourcePolicies = { none } }, build.Headers, cancellationToken: Cancellation));
        var describe = await Assert.ThrowsAsync<RpcException>(
            () => DescribeAsync(build, new SourceOp { Identifier = "docker-image://docker.io/library/busybox:1.36" }, request => request.SourcePolicies.Add(none)));
        await build.Bridge.SolveAsync(new SolveRequest { Definition = graph, AllowResultReturn = true, Evaluate = true }, build.Headers, cancellationToken: Cancellation);

        Assert.Contains("denied by policy", solve.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("denied by policy", describe.Status.Detail, StringComparison.Ordinal);
    }

    private static CheckPolicyResponse Decision(PolicyAction action) => new() { Decision = new DecisionResponse { Action = action } };

    private static SourceOp Git(GitDaemon repository, string reference) => new()
    {
        Identifier = $"git://{repository.Url[6..]}#{reference}",
        Attrs = { ["git.fullurl"] = repository.Url },
    };

    private static Task SolveAsync(BuildkitClient client, LlbOutput output, Func<CheckPolicyRequest, CheckPolicyResponse> decide) => client.SolveAsync(
        new SolveOptions { Definition = LlbDefinition.Write(output), DecideAboutSource = (request, _) => Task.FromResult(decide(request)) }, cancellationToken: Cancellation);

    private static async Task<ResolveSourceMetaResponse> DescribeAsync(RunningBuild build, SourceOp source, Action<ResolveSourceMetaRequest>? more = null)
    {
        var request = new ResolveSourceMetaRequest { Source = source };
        more?.Invoke(request);
        return await build.Bridge.ResolveSourceMetaAsync(request, build.Headers, cancellationToken: Cancellation);
    }
}
