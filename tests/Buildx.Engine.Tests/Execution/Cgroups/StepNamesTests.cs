using System.Diagnostics;
using Buildx.Engine.Execution.Cgroups;

namespace Buildx.Engine.Tests.Execution.Cgroups;

public sealed class StepNamesTests
{
    [Theory]
    [InlineData("buildx-999999999")]
    [InlineData("buildx-999999999-12")]
    public void What_a_process_that_is_gone_has_left_is_known(string name) => Assert.True(StepNames.IsOfDeadEngine(name));

    [Theory]
    [InlineData("buildx")]
    [InlineData("buildx-")]
    [InlineData("buildx-test")]
    [InlineData("buildx-999999999-x")]
    [InlineData("buildx-999999999-1-2")]
    [InlineData("docker-999999999")]
    public void What_others_have_made_is_not_touched(string name) => Assert.False(StepNames.IsOfDeadEngine(name));

    [Fact]
    public void What_this_engine_uses_is_not_touched()
    {
        Assert.False(StepNames.IsOfDeadEngine(StepNames.OfEngine));
        Assert.False(StepNames.IsOfDeadEngine(StepNames.OfStep(7)));
    }

    [Fact]
    public async Task A_process_that_nobody_has_waited_for_is_gone_too()
    {
        // The shell becomes a program that doesn't wait for the child it has.
        using var parent = Process.Start(new ProcessStartInfo("sh", ["-c", "sh -c 'echo $$' & exec sleep 60"]) { RedirectStandardOutput = true })!;
        try
        {
            var child = await parent.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            for (var attempt = 0; attempt < 200 && !StepNames.IsOfDeadEngine($"buildx-{child}"); attempt++)
                await Task.Delay(10, TestContext.Current.CancellationToken);

            Assert.True(Directory.Exists($"/proc/{child}"));
            Assert.True(StepNames.IsOfDeadEngine($"buildx-{child}"));
        }
        finally
        {
            parent.Kill();
        }
    }
}
