using System.Collections.Immutable;
using System.Diagnostics;
using Buildx.Engine.Execution;
using Buildx.Linux.Namespaces;
using Buildx.TestSupport;

namespace Buildx.Engine.Tests.Execution;

public sealed class RuntimeExecutorTests(ExecutorFixture fixture, ITestOutputHelper log) : IClassFixture<ExecutorFixture>
{
    [Fact]
    public async Task Output_and_exit_code_are_the_program_s_own()
    {
        var (exitCode, output, error) = await fixture.RunAsync(fixture.Spec("echo out; echo err >&2; exit 42"));

        Assert.Equal((42, "out\n", "err\n"), (exitCode, output, error));
    }

    [Fact]
    public async Task A_step_killed_by_a_signal_ends_as_in_a_shell()
    {
        var (exitCode, _, _) = await fixture.RunAsync(fixture.Spec("(sleep 0.05; kill -9 $$) & exec sh -c 'kill -15 $$; sleep 1'"));

        // The first process of a pid namespace is spared its own signals, not those of its children's shells.
        Assert.Contains(exitCode, new[] { 0, 143 });
    }

    [Fact]
    public async Task A_program_that_is_not_there_ends_with_127_and_says_so()
    {
        var (exitCode, output, error) = await fixture.RunAsync(fixture.Spec(["foo", "bar"]));

        Assert.Equal((127, "", "exec: \"foo\": executable file not found in $PATH\n"), (exitCode, output, error));
    }

    [Fact]
    public async Task A_file_that_is_not_executable_ends_with_126()
    {
        var (exitCode, _, error) = await fixture.RunAsync(fixture.Spec(["/etc/passwd"]));

        Assert.Equal(126, exitCode);
        Assert.Contains("permission denied", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "uid=0(root) gid=0(root)")]
    [InlineData("builder", "uid=1000(builder) gid=1001(builders) groups=1001(builders),2000(extra),2001(more)")]
    [InlineData("1000", "uid=1000(builder) gid=1001(builders) groups=1001(builders),2000(extra),2001(more)")]
    [InlineData("1000:2000", "uid=1000(builder) gid=2000(extra)")]
    [InlineData("builder:extra", "uid=1000(builder) gid=2000(extra)")]
    [InlineData("4711", "uid=4711 gid=0(root)")]
    [InlineData("root:root", "uid=0(root) gid=0(root)")]
    public async Task A_user_is_looked_up_in_the_root_s_own_files(string user, string expected)
    {
        var (_, output, error) = await fixture.RunAsync(fixture.Spec("id") with { User = user });

        Assert.StartsWith(expected, output + error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_user_is_an_error_that_names_the_user()
    {
        var exception = await Assert.ThrowsAsync<ExecutionException>(() => fixture.RunAsync(fixture.Spec("id") with { User = "nobody-here" }));

        Assert.Contains("unable to find user nobody-here: no matching entries in passwd file", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_to_the_host_s_passwd_does_not_leave_the_root()
    {
        var spec = fixture.Spec("id") with { User = "root" };
        File.WriteAllText(Path.Combine(spec.RootPath, "tmp", "passwd"), "inside:x:77:88::/:/bin/sh\n");
        File.Delete(Path.Combine(spec.RootPath, "etc", "passwd"));
        File.CreateSymbolicLink(Path.Combine(spec.RootPath, "etc", "passwd"), "../../../../tmp/passwd");

        var (_, output, _) = await fixture.RunAsync(spec with { User = "inside" });

        Assert.Contains("uid=77(inside) gid=88", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_network_there_is_only_loopback()
    {
        var (_, alone, _) = await fixture.RunAsync(fixture.Spec("ls /sys/class/net; ip addr show lo") with { Network = NetworkMode.None });
        var (_, host, _) = await fixture.RunAsync(fixture.Spec("readlink /proc/self/ns/net"));

        Assert.StartsWith("lo\n", alone, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1", alone, StringComparison.Ordinal);
        Assert.Equal(File.ResolveLinkTarget("/proc/self/ns/net", false)!.Name, host.Trim());
    }

    [Fact]
    public async Task Mounts_appear_in_the_given_order_and_with_their_access()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("shared/file", "content");
        directory.Write("single", "one file");
        var spec = fixture.Spec("cat /a/file /a/one; touch /a/new; touch /a/inner/ok && stat -f -c %T /a/inner; touch /a/one") with
        {
            Mounts =
            [
                new BindExecutionMount("/a", Path.Combine(directory.Path, "shared"), ReadOnly: false),
                new TmpfsExecutionMount("/a/inner", 1 << 20),
                new BindExecutionMount("/a/one", Path.Combine(directory.Path, "single"), ReadOnly: true),
            ],
        };
        directory.Write("shared/one", "");
        Directory.CreateDirectory(Path.Combine(directory.Path, "shared", "inner"));

        var (_, output, error) = await fixture.RunAsync(spec);

        Assert.Equal("contentone filetmpfs\n", output);
        Assert.Contains("Read-only file system", error, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(directory.Path, "shared", "new")));
        Assert.False(Directory.Exists(Path.Combine(spec.RootPath, "a")));
    }

    [Fact]
    public async Task Nothing_that_was_made_to_mount_onto_stays_in_the_root()
    {
        var spec = fixture.Spec("ls -d /proc /sys /dev /etc/resolv.conf /etc/hosts /cache/deep; mkdir /made") with
        {
            Mounts = [new TmpfsExecutionMount("/cache/deep", 0)],
        };
        var etc = Path.Combine(spec.RootPath, "etc");
        Directory.SetLastWriteTimeUtc(etc, DateTime.UnixEpoch.AddDays(1));

        var (exitCode, _, error) = await fixture.RunAsync(spec);

        Assert.Equal((0, ""), (exitCode, error));
        Assert.Equal(["bin", "etc", "made", "tmp"], Directory.GetFileSystemEntries(spec.RootPath).Select(Path.GetFileName).Order());
        Assert.Equal(["group", "passwd"], Directory.GetFileSystemEntries(etc).Select(Path.GetFileName).Order());
        Assert.Equal(DateTime.UnixEpoch.AddDays(1), Directory.GetLastWriteTimeUtc(etc));
    }

    [Fact]
    public async Task A_read_only_root_stays_as_it_is()
    {
        var spec = fixture.Spec("echo x > /etc/new; ls /proc/self/fd > /dev/null && echo proc") with { ReadOnlyRoot = true };

        var (_, output, error) = await fixture.RunAsync(spec);

        Assert.Equal("proc\n", output);
        Assert.Contains("Read-only file system", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(spec.RootPath, "proc")));
    }

    [Fact]
    public async Task A_missing_working_directory_is_made_and_belongs_to_the_user()
    {
        var spec = fixture.Spec("pwd; stat -c %u:%g .") with { WorkingDirectory = "/src/inner", User = "builder" };

        var (_, output, _) = await fixture.RunAsync(spec);

        Assert.Equal("/src/inner\n1000:1001\n", output);
    }

    [Fact]
    public async Task A_setuid_program_runs_as_its_owner()
    {
        var spec = fixture.Spec("su root -c 'id -u'") with { User = "1000:1000" };
        MakeSetuid(spec);

        var (_, output, _) = await fixture.RunAsync(spec);

        Assert.Equal("0\n", output);
    }

    [Fact]
    public async Task Hosts_and_name_come_from_the_step()
    {
        var spec = fixture.Spec("hostname; cat /etc/hosts") with { Hostname = "somebox", ExtraHosts = [("db.example", "10.0.0.7")] };

        var (_, output, _) = await fixture.RunAsync(spec);

        Assert.Equal("somebox\n127.0.0.1\tlocalhost somebox\n::1\tlocalhost ip6-localhost ip6-loopback\n10.0.0.7\tdb.example\n", output);
    }

    [Fact]
    public async Task Ulimits_never_exceed_what_the_engine_has()
    {
        var spec = fixture.Spec("ulimit -n; ulimit -Hn; ulimit -c") with
        {
            Ulimits = [new ExecutionUlimit("nofile", 512, long.MaxValue), new ExecutionUlimit("core", 0, 0)],
        };

        var (exitCode, output, error) = await fixture.RunAsync(spec);

        Assert.Equal((0, ""), (exitCode, error));
        Assert.StartsWith("512\n", output, StringComparison.Ordinal);
        Assert.EndsWith("\n0\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task System_calls_outside_the_profile_are_refused_unless_the_step_is_insecure()
    {
        const string command = "grep -E '^(Seccomp|CapEff):' /proc/self/status | tr -d '\\t'; mount -t tmpfs x /tmp 2>/dev/null && echo mounted";

        var (_, normal, _) = await fixture.RunAsync(fixture.Spec(command));
        var (_, insecure, _) = await fixture.RunAsync(fixture.Spec(command) with { Insecure = true });

        Assert.Equal("CapEff:00000000a80425fb\nSeccomp:2\n", normal);
        Assert.Contains("Seccomp:0\nmounted\n", insecure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_profile_is_compiled_by_the_first_step_and_holds_for_the_next()
    {
        await fixture.RunAsync(fixture.Spec("true"));
        Assert.True(fixture.Executor.HasCompiledSeccomp);

        var (_, output, _) = await fixture.RunAsync(fixture.Spec("grep ^Seccomp: /proc/self/status; mount -t tmpfs x /tmp 2>/dev/null || echo refused"));

        Assert.Equal("Seccomp:\t2\nrefused\n", output);
    }

    [Fact]
    public async Task Cancelling_ends_everything_in_the_container_before_the_task_ends()
    {
        var marker = "9" + Random.Shared.Next(1000000, 9999999);
        var spec = fixture.Spec($"(setsid sleep {marker} &) ; echo started; sleep {marker}");
        using var cancellation = new CancellationTokenSource();
        var output = new CapturedOutput();

        var run = fixture.Executor.RunAsync(spec, output, cancellation.Token);
        await output.FirstWrite.WaitAsync(TimeSpan.FromSeconds(20));
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Empty(Processes.With(marker));
        Assert.Equal(["bin", "etc", "tmp"], Directory.GetFileSystemEntries(spec.RootPath).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Cancelling_at_once_leaves_nothing_either()
    {
        var marker = "8" + Random.Shared.Next(1000000, 9999999);
        for (var delay = 0; delay < 12; delay += 2)
        {
            using var cancellation = new CancellationTokenSource();
            var run = fixture.Executor.RunAsync(fixture.Spec($"sleep {marker}"), new CapturedOutput(), cancellation.Token);
            await Task.Delay(delay);
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(TimeSpan.FromSeconds(20)));
            Assert.Empty(Processes.With(marker));
        }
    }

    [Fact]
    public async Task Many_steps_run_at_the_same_time()
    {
        var runs = Enumerable.Range(0, 12).Select(number => fixture.RunAsync(fixture.Spec($"sleep 0.1; echo {number}"))).ToList();

        var results = await Task.WhenAll(runs);

        Assert.Equal(Enumerable.Range(0, 12).Select(number => $"{number}\n"), results.Select(result => result.Output));
    }

    [Fact]
    public async Task Large_output_arrives_whole()
    {
        var (_, output, error) = await fixture.RunAsync(fixture.Spec("seq 1 200000; seq 1 1000 >&2"));

        Assert.Equal(200000, output.AsSpan().Count('\n'));
        Assert.Equal(1000, error.AsSpan().Count('\n'));
        Assert.EndsWith("\n200000\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Twenty_steps_start_quickly()
    {
        var spec = fixture.Spec(["/bin/true"]);
        await fixture.RunAsync(spec);
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 20; i++)
            await fixture.RunAsync(spec);

        log.WriteLine($"20 steps: {watch.ElapsedMilliseconds} ms");
        // Far above what it takes on a quiet machine: this only catches what became slow by an order of magnitude.
        Assert.InRange(watch.ElapsedMilliseconds, 0, 10_000);
    }

    public static TheoryData<string> Platforms => [.. BusyboxRoot.Platforms.Keys];

    [Theory]
    [MemberData(nameof(Platforms))]
    public async Task A_foreign_platform_s_programs_run_without_changing_the_host(string platform)
    {
        var before = HostHandlers();
        var spec = fixture.Spec("uname -m; echo piped | cat; id -un; touch /made; stat -c %u /made", platform);

        var (exitCode, output, error) = await fixture.RunAsync(spec);

        Assert.Equal((0, $"{BusyboxRoot.Platforms[platform]}\npiped\nroot\n0\n", ""), (exitCode, output, error));
        Assert.Equal(before, HostHandlers());
        Assert.Contains(spec.Platform, fixture.Emulation.SupportedPlatforms);
    }

    [Fact]
    public async Task A_foreign_setuid_program_runs_as_its_owner()
    {
        var spec = fixture.Spec("su root -c 'id -u'", "linux/arm64") with { User = "1000:1000" };
        MakeSetuid(spec);

        var (_, output, error) = await fixture.RunAsync(spec);

        Assert.Equal(("0\n", ""), (output, error));
    }

    [Fact]
    public async Task A_foreign_step_without_network_has_loopback()
    {
        var (_, output, error) = await fixture.RunAsync(fixture.Spec("ip addr show lo", "linux/s390x") with { Network = NetworkMode.None });

        Assert.Contains("127.0.0.1", output + error, StringComparison.Ordinal);
    }

    /// <summary>busybox's <c>su</c> refuses to work unless it is setuid; root has no password here.</summary>
    private static void MakeSetuid(ExecutionSpec spec)
    {
        File.SetUnixFileMode(Path.Combine(spec.RootPath, "bin", "busybox"), (UnixFileMode)0x9ed);
        File.WriteAllText(Path.Combine(spec.RootPath, "etc", "passwd"), "root::0:0:root:/root:/bin/sh\nuser:x:1000:1000::/:/bin/sh\n");
    }

    /// <summary>In the machine's first user namespace a new mount shows the machine's own table.</summary>
    private static string HostHandlers()
    {
        using var directory = new TemporaryDirectory();
        var binfmt = new BinfmtMisc(directory.Path);
        binfmt.Mount();
        try
        {
            return string.Join(' ', binfmt.List().Select(handler => handler.ToRegistration()));
        }
        finally
        {
            Buildx.Linux.Mount.Unmount(directory.Path);
        }
    }
}
