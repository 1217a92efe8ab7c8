using System.Diagnostics;
using Buildx.Linux.Processes;
using Buildx.TestSupport;

namespace Buildx.Engine.Tests.Execution;

public sealed class EngineBootstrapTests
{
    [Fact]
    public async Task An_engine_killed_with_9_leaves_no_container_and_no_mount()
    {
        using var directory = new TemporaryDirectory();
        using var engine = Process.Start(new ProcessStartInfo(CurrentProcess.ExecutablePath, ["-as-victim", directory.Path]) { RedirectStandardOutput = true })!;
        Assert.Equal("started", await engine.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)));
        var running = Processes.With("98765");

        engine.Kill();
        await engine.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));

        Assert.NotEmpty(running);
        for (var attempt = 0; attempt < 100 && Processes.With("98765").Count > 0; attempt++)
            await Task.Delay(20);
        Assert.Empty(Processes.With("98765"));
        Assert.DoesNotContain(directory.Path, await File.ReadAllTextAsync("/proc/self/mounts"), StringComparison.Ordinal);
    }
}
