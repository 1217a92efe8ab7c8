using System.Text;
using Buildx.Client;
using Buildx.EndToEnd.Tests.Graphs;
using Buildx.Llb;
using Buildx.Protocol.Errors;
using Buildx.Protocol.Gateway;
using Buildx.Protocol.Pb;
using Grpc.Core;

namespace Buildx.EndToEnd.Tests.Frontends;

/// <summary>LLBBridge as a frontend uses it that runs in the client.</summary>
public sealed class BridgeTests(BaseImageRegistry bases)
{
    [Fact]
    public async Task A_container_runs_several_processes_with_input_signals_and_exit_codes()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var client = await EngineClient.ConnectAsync(place);
        await using var build = new RunningBuild(client);
        await NewContainerAsync(build, "c");
        await using (var session = new ExecSession(build))
        {
            await session.StartAsync("main", "c", "trap 'echo terminated; exit 3' TERM; echo ready; while :; do sleep 0.05; done", environment: "WHO=first");
            await session.WaitForOutputAsync("main", "ready");

            await session.StartAsync("second", "c", "cat; cat /etc/hosts; hostname; ls /proc/1 >/dev/null && tr '\\0' ' ' < /proc/1/cmdline >&2; echo shared > /left; exit 5");
            await session.TypeAsync("second", "typed\n");
            await session.EndInputAsync("second");
            var second = await session.ExitAsync("second");
            Assert.Equal((5u, "exit code: 5"), (second.Code, second.Error.Message));
            Assert.StartsWith("typed\n", session.Output("second"), StringComparison.Ordinal);
            Assert.Contains("10.1.2.3\tfriend", session.Output("second"), StringComparison.Ordinal);
            Assert.EndsWith("tester\n", session.Output("second"), StringComparison.Ordinal);
            // They are in one container: the first process is number one for both.
            Assert.Contains("trap", session.Error("second"), StringComparison.Ordinal);
            Assert.Equal("Started", session.Events("second")[0]);
            Assert.Equal(["Exit", "Done"], session.Events("second").TakeLast(2));

            await session.StartAsync("third", "c", "cat /left; exit 0");
            Assert.Equal(0u, (await session.ExitAsync("third")).Code);
            Assert.Equal("shared\n", session.Output("third"));

            await session.SignalAsync("main", "SIGTERM");
            Assert.Equal(3u, (await session.ExitAsync("main")).Code);
            Assert.Contains("terminated", session.Output("main"), StringComparison.Ordinal);

            await session.StartAsync("late", "c", "true");
            var late = await session.ExitAsync("late");
            Assert.Equal(255u, late.Code);
            Assert.Contains("container has ended", late.Error.Message, StringComparison.Ordinal);
        }

        var file = await build.Bridge.ReadFileContainerAsync(new ReadFileRequest { Ref = "c", FilePath = "/left", MountIndex = 0 }, build.Headers);
        Assert.Equal("shared\n", file.Data.ToStringUtf8());
        await build.Bridge.ReleaseContainerAsync(new ReleaseContainerRequest { ContainerID = "c" }, build.Headers);
        var gone = await Assert.ThrowsAsync<RpcException>(async () => await build.Bridge.ReleaseContainerAsync(new ReleaseContainerRequest { ContainerID = "c" }, build.Headers));
        Assert.Equal(StatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task A_process_with_a_terminal_sees_its_size_and_what_is_typed()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var client = await EngineClient.ConnectAsync(place);
        await using var build = new RunningBuild(client);
        await NewContainerAsync(build, "c");
        await using var session = new ExecSession(build);

        await session.StartAsync("shell", "c", "test -t 0 && test -t 1 && echo a terminal $TERM; read line; stty size 2>/dev/null || busybox stty size; echo \"got $line\"; read again", tty: true);
        await session.WaitForOutputAsync("shell", "a terminal xterm");
        await session.ResizeAsync("shell", 33, 101);
        await session.TypeAsync("shell", "hello\n");
        await session.WaitForOutputAsync("shell", "got hello");
        Assert.Contains("33 101", session.Output("shell"), StringComparison.Ordinal);

        await session.StartAsync("beside", "c", "test -t 1 && echo another; exit 4", tty: true);
        Assert.Equal(4u, (await session.ExitAsync("beside")).Code);
        Assert.Contains("another\r\n", session.Output("beside"), StringComparison.Ordinal);

        // What the terminal makes of ^C.
        await session.TypeAsync("shell", "\u0003");
        Assert.Equal(130u, (await session.ExitAsync("shell")).Code);
    }

    [Fact]
    public async Task A_process_gets_the_client_s_secrets_as_variables_and_the_next_one_does_not()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var client = await EngineClient.ConnectAsync(place);
        var id = Guid.NewGuid().ToString("n");

        await client.SolveAsync(
            new SolveOptions
            {
                Ref = id,
                Secrets = new OneSecret(),
                Act = async (_, _) =>
                {
                    await using var build = new RunningBuild(client, id);
                    await NewContainerAsync(build, "c");
                    await using var session = new ExecSession(build);
                    await session.StartAsync("first", "c", "echo $WORD; read line", new Dictionary<string, string> { ["WORD"] = "word" });
                    await session.WaitForOutputAsync("first", "of the client");
                    await session.StartAsync("second", "c", "echo [$WORD$NONE]", new Dictionary<string, string> { ["NONE"] = "nobody-has-it" }, areOptional: true);
                    Assert.Equal(0u, (await session.ExitAsync("second")).Code);
                    Assert.Equal("[]\n", session.Output("second"));
                    await session.StartAsync("third", "c", "true", new Dictionary<string, string> { ["NONE"] = "nobody-has-it" });
                    Assert.Contains("nobody-has-it", (await session.ExitAsync("third")).Error.Message, StringComparison.Ordinal);
                },
            },
            cancellationToken: TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_client_that_goes_away_leaves_no_process_of_its_container_behind()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using (var client = await EngineClient.ConnectAsync(place))
        await using (var build = new RunningBuild(client))
        {
            await NewContainerAsync(build, "c");
            var session = new ExecSession(build);
            await session.StartAsync("main", "c", "echo ready; exec sleep 4711");
            await session.WaitForOutputAsync("main", "ready");
            await session.StartAsync("second", "c", "echo ready; exec sleep 4712");
            await session.WaitForOutputAsync("second", "ready");
            Assert.Contains(Workplace.CommandLines(), process => process.Command.StartsWith("sleep 4712", StringComparison.Ordinal));
        }
        await place.WaitForAsync(
            () => !Workplace.CommandLines().Any(process => process.Command.StartsWith("sleep 471", StringComparison.Ordinal)), "processes of the container remain");
    }

    [Fact]
    public async Task Results_are_read_in_parts_by_pattern_and_through_links()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var client = await EngineClient.ConnectAsync(place);
        await using var build = new RunningBuild(client);
        var output = new LlbFile(null)
            .MakeDirectory("/d", 0b111_101_101)
            .MakeFile("/d/a.txt", 0b110_100_100, Encoding.ASCII.GetBytes("0123456789"))
            .MakeFile("/d/b.md", 0b110_000_000, default)
            .Symlink("a.txt", "/d/link")
            .ToOutput(VertexOptions.None);
        var id = await build.SolveAsync(output);

        async Task<string> PartAsync(long offset, long length) => (await build.Bridge.ReadFileAsync(
            new ReadFileRequest { Ref = id, FilePath = "/d/link", Range = new FileRange { Offset = offset, Length = length } }, build.Headers)).Data.ToStringUtf8();
        Assert.Equal(("345", "89", ""), (await PartAsync(3, 3), await PartAsync(8, 10), await PartAsync(20, 3)));

        var some = await build.Bridge.ReadDirAsync(new ReadDirRequest { Ref = id, DirPath = "/d", IncludePattern = "*.txt" }, build.Headers);
        Assert.Equal(["a.txt"], some.Entries.Select(entry => entry.Path));
        var all = await build.Bridge.ReadDirAsync(new ReadDirRequest { Ref = id, DirPath = "d" }, build.Headers);
        Assert.Equal(["a.txt", "b.md", "link"], all.Entries.Select(entry => entry.Path));
        Assert.Equal("a.txt", all.Entries[2].Linkname);

        var stat = await build.Bridge.StatFileAsync(new StatFileRequest { Ref = id, Path = "/d/link" }, build.Headers);
        Assert.Equal(("a.txt", 10L), (stat.Stat.Path, stat.Stat.Size));
        var missing = await Assert.ThrowsAsync<RpcException>(async () => await build.Bridge.StatFileAsync(new StatFileRequest { Ref = id, Path = "/none" }, build.Headers));
        Assert.Contains("no such file", missing.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_that_the_frontend_hands_back_keeps_its_details()
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var client = await EngineClient.ConnectAsync(place);
        await using var build = new RunningBuild(client);
        var step = LlbExec.Create(new ExecSpecification { Root = RunningBuild.Busybox, Arguments = ["/bin/false"] }, RunningBuild.Native);
        var failed = await Assert.ThrowsAsync<RpcException>(async () => await build.Bridge.SolveAsync(
            new SolveRequest { Definition = LlbDefinition.Write(step), Evaluate = true, AllowResultReturn = true, AllowResultArrayRef = true }, build.Headers));
        Assert.Equal(step.Vertex.Digest.Value, RpcStatusDetails.Read(failed).VertexDigest);

        var status = new Protocol.Errors.Status { Code = (int)failed.StatusCode, Message = "in the frontend: " + failed.Status.Detail };
        status.Details.AddRange(RpcStatusDetails.Read(failed).ToDetails());
        await build.Bridge.ReturnAsync(new ReturnRequest { Error = status }, build.Headers);

        var ended = await Assert.ThrowsAsync<RpcException>(() => build.Ended);
        Assert.StartsWith("in the frontend: ", ended.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(step.Vertex.Digest.Value, RpcStatusDetails.Read(ended).VertexDigest);
    }

    private sealed class OneSecret : ISecretProvider
    {
        public Task<ReadOnlyMemory<byte>?> GetSecretAsync(string id, CancellationToken cancellationToken) =>
            Task.FromResult(id == "word" ? (ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes("of the client") : null);
    }

    private static async Task NewContainerAsync(RunningBuild build, string id) => await build.Bridge.NewContainerAsync(
        new NewContainerRequest
        {
            ContainerID = id,
            Hostname = "tester",
            ExtraHosts = { new HostIP { Host = "friend", IP = "10.1.2.3" } },
            Mounts = { new Mount { Dest = "/", ResultID = await build.SolveAsync(RunningBuild.Busybox) }, new Mount { Dest = "/tmp", MountType = MountType.Tmpfs } },
        },
        build.Headers);
}
