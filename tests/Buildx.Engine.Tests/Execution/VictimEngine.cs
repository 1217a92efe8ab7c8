using Buildx.Engine.Execution;
using Buildx.Engine.Execution.Emulating;
using Buildx.Oci;
using Buildx.TestSupport;

namespace Buildx.Engine.Tests.Execution;

/// <summary>An engine with one step that takes for ever, to be killed by a test.</summary>
internal static class VictimEngine
{
    public static int Run(string directory)
    {
        var options = new ExecutionOptions(Path.Combine(directory, "executor"));
        var executor = new RuntimeExecutor(options, new Emulation(options));
        var spec = new ExecutionSpec(Path.Combine(directory, "root"), ReadOnlyRoot: false,
            ["/bin/sh", "-c", "(setsid sleep 98765 &) ; echo started; sleep 98765"], ["PATH=/bin"], "/", "", Platform.Parse("linux/amd64"));
        BusyboxRoot.Create(spec.RootPath);
        executor.RunAsync(spec, new ConsoleOutput(), CancellationToken.None).GetAwaiter().GetResult();
        return 0;
    }

    private sealed class ConsoleOutput : IExecutionOutput
    {
        public void Write(int stream, ReadOnlySpan<byte> data)
        {
            using var console = Console.OpenStandardOutput();
            console.Write(data);
        }
    }
}
