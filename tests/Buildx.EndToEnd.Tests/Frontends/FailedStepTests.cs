using System.Text.Json;
using Buildx.Client;
using Buildx.EndToEnd.Tests.Graphs;
using Buildx.Llb;
using Buildx.Protocol.Errors;
using Buildx.Protocol.Gateway;
using Buildx.Protocol.Pb;
using Grpc.Core;

namespace Buildx.EndToEnd.Tests.Frontends;

/// <summary>What a step that failed has left, as a debugger looks at it.</summary>
public sealed class FailedStepTests(BaseImageRegistry bases)
{
    [Fact]
    public async Task A_container_can_be_made_of_what_the_step_had_and_of_what_it_has_left()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var client = await EngineClient.ConnectAsync(place);
        await using (var build = new RunningBuild(client))
        {
            var cache = Guid.NewGuid().ToString("n");
            var step = LlbExec.Create(
                new ExecSpecification
                {
                    Root = RunningBuild.Busybox,
                    Arguments = ["/bin/sh", "-c", "echo root > /left; rm /bin/wget; echo extra > /extra/left; echo cached > /cache/left; exit 9"],
                    Mounts = [new ExecMount.Bind("/extra", RunningBuild.Busybox), new ExecMount.Cache("/cache", cache, CacheSharingOpt.Shared), new ExecMount.Bind("/read", RunningBuild.Busybox, ReadOnly: true)],
                },
                RunningBuild.Native);
            var id = await build.SolveAsync(step);

            var failure = await Assert.ThrowsAsync<RpcException>(async () => await build.Bridge.EvaluateAsync(new EvaluateRequest { Ref = id }, build.Headers));

            var detail = Assert.Single(RpcStatusDetails.ToStatus(failure).Details, detail => detail.TypeUrl.EndsWith("errdefs.Solve+json", StringComparison.Ordinal));
            var solve = JsonDocument.Parse(detail.Value.Memory).RootElement;
            string[] Ids(string property) => [.. solve.GetProperty(property).EnumerateArray().Select(mount => mount.GetString()!)];
            var mounts = step.Vertex.Operation.Exec.Mounts;
            Assert.Contains("exit code: 9", failure.Status.Detail, StringComparison.Ordinal);
            Assert.Equal(mounts.Count, Ids("inputIDs").Length);
            Assert.Equal(mounts.Select(mount => mount.MountType == MountType.Cache), Ids("mountIDs").Select(mount => mount.Length == 0));

            const string look = "cat /left /extra/left /cache/left; ls -d /bin/wget /read/bin/sh; echo more > /left";
            Assert.Equal("root\nextra\ncached\n/read/bin/sh\n", await RunAsync(build, "after", mounts, Ids("mountIDs"), look));
            Assert.Equal("cached\n/bin/wget\n/read/bin/sh\n", await RunAsync(build, "before", mounts, Ids("inputIDs"), look));
            // What the one has written is not there for the next.
            Assert.Equal("root\n", await RunAsync(build, "again", mounts, Ids("mountIDs"), "cat /left"));
        }

        // The engine notices a moment later that the client has gone.
        var left = new List<CacheUsage>();
        for (var i = 0; i < 100 && (i == 0 || left.Count > 0); i++, await Task.Delay(100, TestContext.Current.CancellationToken))
            left = [.. (await client.GetDiskUsageAsync(cancellationToken: TestContext.Current.CancellationToken)).Where(record => record.IsInUse || record.Id.StartsWith("layer-", StringComparison.Ordinal))];
        Assert.Empty(left);
    }

    private static async Task<string> RunAsync(RunningBuild build, string container, IEnumerable<Mount> mounts, IEnumerable<string> results, string command)
    {
        var request = new NewContainerRequest { ContainerID = container };
        foreach (var (mount, result) in mounts.Zip(results))
        {
            var taken = mount.Clone();
            taken.ResultID = result;
            request.Mounts.Add(taken);
        }
        await build.Bridge.NewContainerAsync(request, build.Headers);
        await using var session = new ExecSession(build);
        await session.StartAsync("p", container, command + " 2>/dev/null");
        await session.ExitAsync("p");
        await build.Bridge.ReleaseContainerAsync(new ReleaseContainerRequest { ContainerID = container }, build.Headers);
        return session.Output("p");
    }
}
