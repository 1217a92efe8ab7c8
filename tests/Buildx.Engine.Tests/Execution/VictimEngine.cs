using Buildx.Engine.Execution;
using Buildx.Engine.Execution.Emulating;
using Buildx.Oci;
using Buildx.TestSupport;

namespace Buildx.Engine.Tests.Execution;

/// <summary>An engine with one step in a process of its own: one that takes for ever, to be killed by a test, or what a test wants.</summary>
internal static class VictimEngine
{
    private const string Endless = "(setsid sleep 98765 &) ; echo started; sleep 98765";

    public static int Run(string directory, string command = Endless)
    {
        var options = new ExecutionOptions(Path.Combine(directory, "executor"));
        var executor = new RuntimeExecutor(options, new Emulation(options));
        var spec = new ExecutionSpec(Path.Combine(directory, "root"), ReadOnlyRoot: false,
            ["/bin/sh", "-c", command], ["PATH=/bin"], "/", "", Platform.Parse("linux/amd64"));
        BusyboxRoot.Create(spec.RootPath);
        return executor.RunAsync(spec, new ConsoleOutput(), CancellationToken.None).GetAwaiter().GetResult();
    }

    private sealed class ConsoleOutput : IExecutionOutput
    {
        public void Write(int stream, ReadOnlySpan<byte> data)
        {
            using var console = stream == 2 ? Console.OpenStandardError() : Console.OpenStandardOutput();
            console.Write(data);
        }
    }
}
