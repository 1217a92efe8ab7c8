using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>The experimental <c>docker buildx debug</c> and <c>dap</c>, which look into a build from inside of the engine's containers.</summary>
[Collection(RemoteCollection.Name)]
public sealed class RemoteDebuggerTests(RemoteBuilder remote)
{
    [Theory]
    [InlineData("unix", "error", "RUN echo left > /left; exit 4\n", "left")]
    [InlineData("tcp", "always", "RUN echo made > /left\n", "made")]
    [InlineData(EngineDocker.Builder, "error", "RUN echo left > /left; exit 4\n", "left")]
    public async Task Debug_opens_a_shell_in_the_step(string builder, string on, string last, string expected)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        buildx.Environment["BUILDX_EXPERIMENTAL"] = "1";
        buildx.Write("Dockerfile", "FROM busybox:1.36\nENV WHO=debugger\n" + last);
        var tool = await buildx.ToolAsync();
        // Each line is typed when the program before it asks for it.
        buildx.Write("../type", $$"""
            wait_for() { for i in $(seq 300); do grep -q "$1" '{{buildx.Path}}/shown' && return; sleep 0.1; done; }
            wait_for '/ #'; echo 'echo [$(cat /left)-$WHO]'
            wait_for '^\[{{expected}}'; echo exit
            wait_for '(buildx)'; echo exit
            """);

        await (tool with { Name = "sh" }).ExecuteAsync(
            "-c", $"touch '{buildx.Path}/shown'; sh '{buildx.Path}/type' | script -qefc \"'{tool.Name}' debug --on={on} --invoke=/bin/sh build --builder {builder} --progress=plain .\" '{buildx.Path}/shown'");

        Assert.Contains($"[{expected}-debugger]", buildx.Read("shown"), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task An_editor_stops_at_a_line_and_where_the_build_fails_and_sees_the_files(string builder)
    {
        await using var buildx = await remote.BuildxAsync(builder);
        buildx.Write("Dockerfile", "FROM busybox:1.36\nRUN echo made > /made\nRUN mkdir /left && echo words > /left/file && exit 4\n");
        var file = buildx.Project + "/Dockerfile";
        using var adapter = new DebugAdapter(await StartAsync(buildx, "dap", "build", "--builder", builder, "."));

        await adapter.AskAsync("initialize", new JsonObject { ["adapterID"] = "test" });
        await adapter.SendAsync("launch", new JsonObject { ["dockerfile"] = file, ["contextPath"] = buildx.Project });
        await adapter.EventAsync("initialized");
        await adapter.AskAsync("setBreakpoints", new JsonObject { ["source"] = new JsonObject { ["path"] = file }, ["breakpoints"] = new JsonArray(new JsonObject { ["line"] = 2 }) });
        await adapter.AskAsync("configurationDone", []);
        var stopped = await adapter.EventAsync("stopped");
        var thread = stopped.GetProperty("threadId").GetInt32();
        var atLine = (await FramesAsync(adapter, thread))[0];
        await adapter.AskAsync("continue", new JsonObject { ["threadId"] = thread });
        var failed = await adapter.EventAsync("stopped");
        var frame = (await FramesAsync(adapter, thread))[0];
        var scopes = (await adapter.AskAsync("scopes", new JsonObject { ["frameId"] = frame.GetProperty("id").GetInt32() })).GetProperty("scopes");
        var files = scopes.EnumerateArray().Single(scope => scope.GetProperty("name").GetString() == "File Explorer").GetProperty("variablesReference").GetInt32();
        var root = (await adapter.AskAsync("variables", new JsonObject { ["variablesReference"] = files })).GetProperty("variables");
        await adapter.AskAsync("continue", new JsonObject { ["threadId"] = thread });
        await adapter.EventAsync("terminated");

        Assert.Equal(("breakpoint", 2), (stopped.GetProperty("reason").GetString(), atLine.GetProperty("line").GetInt32()));
        Assert.Equal(("exception", 3), (failed.GetProperty("reason").GetString(), frame.GetProperty("line").GetInt32()));
        var names = root.EnumerateArray().Select(entry => entry.GetProperty("name").GetString()).ToList();
        // The files that the step has found; what it has left is to be seen from inside.
        Assert.Contains("made", names);
    }

    private static async Task<JsonElement> FramesAsync(DebugAdapter adapter, int thread) =>
        (await adapter.AskAsync("stackTrace", new JsonObject { ["threadId"] = thread })).GetProperty("stackFrames");

    private static async Task<Process> StartAsync(RemoteBuildx buildx, params string[] arguments)
    {
        var start = new ProcessStartInfo((await buildx.ToolAsync()).Name, arguments) { WorkingDirectory = buildx.Project, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in buildx.Environment)
            start.Environment[name] = value;
        start.Environment["BUILDX_EXPERIMENTAL"] = "1";
        var process = Process.Start(start)!;
        process.BeginErrorReadLine();
        return process;
    }
}
