using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary><c>debug build</c>: what a step has left is looked at from inside, in our engine and in Docker's.</summary>
public sealed class DebugTests(BaseImageRegistry bases)
{
    private const string Failing = """
        FROM busybox:1.36
        ENV WHO=debugger
        WORKDIR /srv
        COPY file /srv/
        RUN --mount=type=secret,id=word --mount=type=cache,target=/cache echo left > /left; echo cached > /cache/it; rm /bin/wget; exit 4

        """;

    private const string Word = "a word that nobody else says";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("test")]
    [InlineData("default")]
    public async Task A_script_sees_what_the_failed_step_saw_and_builds_again(string builder)
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var daemon = await StartDockerAsync(place, builder);
        place.Write("Dockerfile", Failing);
        place.Write("file", "of the context\n");
        place.Write("Corrected", Failing.Replace("; exit 4", "", StringComparison.Ordinal));
        place.Write("commands", """
            ps
            exec sh -c "pwd; cat file /left /cache/it /run/secrets/word; echo [$WHO]; ls /bin/wget || true"
            exec cat /left
            exec sh -c "echo more > /more"
            exec cat /more
            rollback
            exec cat /more
            exec cat /left
            rollback --init
            exec sh -c "ls -d /left /bin/wget"
            exec /absent
            exec echo last

            """);

        var failed = await DebugAsync(place, builder, "< commands");
        Assert.Equal(1, failed.ExitCode);
        Assert.Matches("""
            ^PID +CURRENT_SESSION +COMMAND
            1 +false +sh -c while sleep.*
            /srv
            of the context
            left
            cached
            """ + "\n" + Word + """

            \[debugger\]
            left
            more
            left
            /bin/wget
            last

            """, failed.Output);
        Assert.Contains("Dockerfile:5", failed.Error, StringComparison.Ordinal);
        Assert.Contains("ls: /bin/wget: No such file", failed.Error, StringComparison.Ordinal);
        Assert.Contains("exit code 1", failed.Error, StringComparison.Ordinal);
        Assert.Contains("can't open '/more'", failed.Error, StringComparison.Ordinal);
        Assert.Contains("/absent", failed.Error, StringComparison.Ordinal);
        Assert.Contains("ERROR: failed to build", failed.Error, StringComparison.Ordinal);

        // The step failed because of what is corrected while the monitor waits.
        var corrected = await DebugAsync(place, builder, "-o ../out 2> ../log", $"({Failed(1)}; cp Corrected Dockerfile; echo reload) |");
        Assert.Equal(0, corrected.ExitCode);
        Assert.Equal("left\n", await File.ReadAllTextAsync(place.Path + "/out/left", Cancellation));
    }

    [Theory]
    [InlineData("test")]
    [InlineData("default")]
    public async Task A_shell_in_a_terminal_is_left_and_joined_again(string builder)
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var daemon = await StartDockerAsync(place, builder);
        place.Write("Dockerfile", Failing);
        place.Write("file", "of the context\n");
        await using var terminal = TerminalSession.Start(
            place, $"tty > tty; stty rows 33 cols 99; stty -a > before; {Repository.Executable} debug --on=error build --builder {builder} --network=none --secret id=word,src=file .; echo [$?]; stty -a > after");

        await terminal.WaitForAsync("/srv #");
        await terminal.TypeAsync("echo \"<$(cat file)>\" $(stty size) $(tty >/dev/null && echo terminal)\n");
        await terminal.WaitForAsync("<of the context> 33 99 terminal");
        await place.Tool("sh").SucceedAsync("-c", "stty -F $(cat tty) rows 22 cols 88");
        await terminal.TypeAsync("until [ \"$(stty size)\" = '22 88' ]; do sleep 0.1; done; echo size is $(stty size)\n");
        await terminal.WaitForAsync("size is 22 88");
        await terminal.TypeAsync("sleep 1000\n");
        await Task.Delay(300, Cancellation);
        await terminal.TypeAsync("\u0003");
        await terminal.WaitForAsync("/srv #");
        await terminal.TypeAsync("\u0001c");
        await terminal.WaitForAsync("(buildx)");
        await terminal.TypeAsync("ps\r");
        await terminal.WaitForAsync("true");
        await terminal.TypeAsync("exec sh -c 'read a; echo said $a; read b'\r");
        await Task.Delay(500, Cancellation);
        await terminal.TypeAsync("hello\r");
        await terminal.WaitForAsync("said hello");
        await terminal.TypeAsync("\u0001d");
        await terminal.WaitForAsync("attach 2");
        await terminal.TypeAsync("attach 1\r\recho again $WHO\r");
        await terminal.WaitForAsync("again debugger");
        await terminal.TypeAsync("exit 3\r");
        await terminal.WaitForAsync("exit code 3");
        await terminal.WaitForAsync("(buildx)");
        await terminal.TypeAsync("rollback --init\r");
        await terminal.WaitForAsync("/srv #");
        await terminal.TypeAsync("ls -d /left /bin/wget\r");
        await terminal.WaitForAsync("/left: No such file");
        await terminal.TypeAsync("\u0001c");
        await terminal.WaitForAsync("(buildx)");
        await terminal.TypeAsync("\u0004");
        await terminal.WaitForAsync("[1]");

        await place.WaitForAsync(() => File.Exists(place.Project + "/after") && new FileInfo(place.Project + "/after").Length > 0, "the terminal's settings");
        Assert.Equal(Settings("before"), Settings("after"));

        string Settings(string file) => File.ReadAllText($"{place.Project}/{file}").Split('\n', 2)[1];
    }

    [Theory]
    [InlineData("test")]
    [InlineData("default")]
    public async Task A_build_that_went_well_is_looked_at_before_it_is_exported(string builder)
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var daemon = await StartDockerAsync(place, builder);
        place.Write("Dockerfile", "FROM busybox:1.36\nENV WHO=image\nRUN echo made > /made\nWORKDIR /srv\nENTRYPOINT [\"sh\", \"-c\"]\nCMD [\"echo as the image\"]\n");
        place.Write("none", "");

        var ran = await DebugAsync(
            place, builder, "-o ../out < none", flags: """--invoke 'args=["echo $WHO $A; cat made; id -u; pwd; test -e ../../../out || echo not yet; exit 2"],env=A=b,cwd=/,user=7'""");
        Assert.Equal((0, "image b\nmade\n7\n/\nnot yet\n"), (ran.ExitCode, ran.Output));
        Assert.Contains("exit code 2", ran.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(place.Path + "/out/made"));

        place.Write("commands", "exec cat ../made\nrollback --init\nexit\nps\n");
        var always = await DebugAsync(place, builder, "-o ../again < commands", flags: "--on=always");
        Assert.Equal((0, "made\n--init is of a step that has failed; this build went well\n"), (always.ExitCode, always.Output));
        Assert.True(File.Exists(place.Path + "/again/made"));

        var never = await DebugAsync(place, builder, "-o ../third < commands");
        Assert.Equal((0, ""), (never.ExitCode, never.Output));
    }

    [Theory]
    [InlineData("test")]
    [InlineData("default")]
    public async Task A_step_without_a_shell_can_run_what_it_has(string builder)
    {
        await using var place = await Workplace.CreateAsync(bases);
        await using var daemon = await StartDockerAsync(place, builder);
        place.Write("Dockerfile", "FROM busybox:1.36 AS tools\nFROM scratch\nCOPY --from=tools /bin/busybox /busybox\nRUN [\"/busybox\", \"false\"]\n");
        await using var terminal = TerminalSession.Start(place, $"{Repository.Executable} debug build --builder {builder} --network=none .; echo [$?]");

        await terminal.WaitForAsync("has ended");
        await terminal.WaitForAsync("(buildx)");
        Assert.Contains("executable file", terminal.Shown, StringComparison.Ordinal);
        await terminal.TypeAsync("exec /busybox echo \"still  here\"\r");
        await terminal.WaitForAsync("still  here\r\n");
        await terminal.WaitForAsync("(buildx)");
        await terminal.TypeAsync("exit\r");
        await terminal.WaitForAsync("[1]");
    }

    [Fact]
    public async Task What_is_typed_to_a_process_without_a_terminal_goes_in_lines()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN false\n");
        await using var terminal = TerminalSession.Start(place, $"stty -echo; {Repository.Executable} debug --invoke 'args=cat,tty=false' build .; echo [$?]");

        await terminal.WaitForAsync("lists its commands");
        await Task.Delay(1000, Cancellation);
        await terminal.TypeAsync("wrong\u007f\u007f\u007f\u007f\u007fright\r");
        await terminal.WaitForAsync("right\r\nright\r\n");
        await terminal.TypeAsync("\u0004");
        await terminal.WaitForAsync("process 1 (cat) has ended\r\n");
        await terminal.TypeAsync("exit\r");
        await terminal.WaitForAsync("[1]");
    }

    [Fact]
    public async Task What_is_no_step_can_be_corrected_too()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM busybox:1.36\nCOPY absent /\n");
        place.Write("Wrong", "FROM busybox:1.36\nRUNN\n");
        place.Write("Right", "FROM busybox:1.36\nRUN echo made > /made\n");

        var result = await DebugAsync(place, "test", "-o ../out 2> ../log", $"(echo exec ls; {Failed(1)}; cp Wrong Dockerfile; echo reload; {Failed(2)}; cp Right Dockerfile; echo help reload; echo reload) |");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("no container to be had", result.Output, StringComparison.Ordinal);
        Assert.Contains("unknown instruction", await File.ReadAllTextAsync(place.Path + "/log", Cancellation), StringComparison.Ordinal);
        Assert.Contains("build anew", result.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(place.Path + "/out/made"));
    }

    [Fact]
    public async Task A_terminal_is_as_it_was_when_the_monitor_is_ended_from_outside()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN exit 4\n");
        await using var terminal = TerminalSession.Start(
            place, $"stty -a > before; sh -c 'echo $$ > pid; exec {Repository.Executable} debug build .'; echo [$?]; stty -a > after; echo written");

        await terminal.WaitForAsync("/ #");
        await place.Tool("sh").SucceedAsync("-c", "kill -TERM $(cat pid)");
        await terminal.WaitForAsync("[130]");
        await terminal.WaitForAsync("written");

        Assert.Equal(await File.ReadAllTextAsync(place.Project + "/before", Cancellation), await File.ReadAllTextAsync(place.Project + "/after", Cancellation));
    }

    [Theory]
    [InlineData("debug build -", "standard input")]
    [InlineData("debug --on=sometimes build .", "--on")]
    [InlineData("debug build --invoke=a=b .", "no key \"a\"")]
    [InlineData("dap build .", "Debug Adapter Protocol")]
    [InlineData("policy eval .", "policies")]
    public async Task What_makes_no_sense_is_refused(string arguments, string message)
    {
        var failed = await new Tool(Repository.Executable).ExecuteAsync(arguments.Split(' '));

        Assert.Equal(1, failed.ExitCode);
        Assert.Contains(message, failed.Error, StringComparison.Ordinal);
    }

    /// <summary>Waits until as many builds have failed.</summary>
    private static string Failed(int times) => $"until [ $(grep -c '^ERROR: failed to solve' ../log) -ge {times} ]; do sleep 0.1; done";

    private async Task<DockerDaemon?> StartDockerAsync(Workplace place, string builder)
    {
        if (builder != "default")
            return null;
        var daemon = await DockerDaemon.StartAsync("dockerd", $$"""{"registry-mirrors":["http://{{bases.Server.Host}}"]}""", Cancellation);
        place.Environment["DOCKER_HOST"] = daemon.Host;
        return daemon;
    }

    private static async Task<ToolResult> DebugAsync(Workplace place, string builder, string rest, string before = "", string flags = "")
    {
        place.Write("../word", Word + "\n");
        return await place.Tool("sh").ExecuteAsync(
            "-c", $"{before} {Repository.Executable} debug {flags} build --builder {builder} --network=none --progress=plain --secret id=word,src=../word . {rest}");
    }
}
