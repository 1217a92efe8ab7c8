using System.Collections.Immutable;
using Buildx.Engine.Execution;
using Buildx.Engine.Execution.Emulating;
using Buildx.Oci;
using Buildx.TestSupport;

namespace Buildx.Engine.Tests.Execution;

/// <summary>An executor with the machine's crun, and roots made of busybox.</summary>
public sealed class ExecutorFixture : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public ExecutorFixture()
    {
        var options = new ExecutionOptions(Path.Combine(_directory.Path, "executor"));
        Emulation = new Emulation(options);
        Executor = new RuntimeExecutor(options, Emulation);
    }

    internal Emulation Emulation { get; }

    internal RuntimeExecutor Executor { get; }

    /// <summary>A new root, and what runs a shell command in it.</summary>
    internal ExecutionSpec Spec(string command, string platform = "linux/amd64") => Spec(["/bin/sh", "-c", command], platform);

    internal ExecutionSpec Spec(ImmutableArray<string> args, string platform = "linux/amd64")
    {
        var root = Path.Combine(_directory.Path, Guid.NewGuid().ToString("n"));
        BusyboxRoot.Create(root, platform);
        return new ExecutionSpec(root, ReadOnlyRoot: false, args, ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], "/", "", Platform.Parse(platform));
    }

    internal async Task<(int ExitCode, string Output, string Error)> RunAsync(ExecutionSpec spec)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var output = new CapturedOutput();
        var exitCode = await Executor.RunAsync(spec, output, timeout.Token);
        return (exitCode, output.Output, output.Error);
    }

    public void Dispose()
    {
        Emulation.Dispose();
        Buildx.Linux.Mount.Unmount(Path.Combine(_directory.Path, "executor"));
        _directory.Dispose();
    }
}
