using System.Text.Json;
using Buildx.Engine.Execution.Bundles;
using Buildx.Linux;

namespace Buildx.Engine.Execution;

/// <summary>More processes in a container that runs.</summary>
internal sealed partial class RuntimeExecutor
{
    public async Task<int> RunInsideAsync(
        ExecutionSpec spec, ProcessControl first, IExecutionOutput output, ProcessControl control, CancellationToken cancellationToken)
    {
        try
        {
            await first.Started.WaitAsync(cancellationToken);
            var container = first.Container ?? throw new ExecutionException("the container was not started");
            if (!await container.Run.WaitForProgramAsync(cancellationToken))
                throw HasEnded();
            return await RunInsideAsync(spec, container, output, control, cancellationToken);
        }
        catch (DirectoryNotFoundException)
        {
            throw HasEnded();
        }
        catch (LinuxException e)
        {
            throw new ExecutionException($"{Quote(spec.Args)} could not be started in the container: {e.Message}", e);
        }
        finally
        {
            control.Detach();
        }
    }

    private async Task<int> RunInsideAsync(
        ExecutionSpec spec, RunningContainer container, IExecutionOutput output, ProcessControl control, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var runtime = _runtime.Value;
        var name = Path.Combine(container.Directory, $"process-{Interlocked.Increment(ref _number)}");
        var (description, log) = (name + ".json", name + ".log");
        using (var root = new ContainerRoot(container.Spec.RootPath))
            WriteProcess(description, new Bundle(spec, container.Spec.RootPath, ContainerUser.Resolve(root, spec.User), [])
            {
                Capabilities = spec.Insecure ? Capabilities.ReadOwn() : Capabilities.Default,
                Ulimits = LimitUlimits(spec.Ulimits),
            });
        using var console = spec.HasTerminal ? MakeConsole(runtime) : null;
        var run = new RuntimeRun(runtime.Path,
            [.. runtime.CommonArguments(_state, log, container.ManagesCgroups), "exec", .. ConsoleArguments(console), "--process", description, container.Id], log, output)
        {
            Control = control,
            Console = console,
            Inside = container.Run,
            Cage = container.Run.Cage,
        };
        var exit = await run.RunAsync(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return exit.Succeeded ? 0 : Explain(exit, log, run.RuntimeOutput, spec, output);
    }

    private static ExecutionException HasEnded() =>
        new("the container has ended with its first process: nothing more can be started in it");

    private static void WriteProcess(string path, Bundle bundle)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        using var json = new Utf8JsonWriter(file);
        BundleWriter.WriteProcess(json, bundle);
    }
}
