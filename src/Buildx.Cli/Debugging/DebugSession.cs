using System.Globalization;
using Buildx.Client.Debugging;
using Grpc.Core;

namespace Buildx.Cli.Debugging;

/// <summary>The container that a paused build is looked at through, and what runs in it.</summary>
internal sealed class DebugSession(PausedBuild build, InvokeSpec invoke, bool hasTerminal) : IAsyncDisposable
{
    // BuildKit ends a container in which anything fails, but only a moment later.
    private static readonly TimeSpan EndOfContainer = TimeSpan.FromSeconds(1);

    // In place of a shell, which would end without somebody who types.
    private static readonly string[] Keeper = ["sh", "-c", "while sleep 3600; do :; done"];

    private readonly List<MonitoredProcess> _processes = [];
    private BuildContainer? _container;
    private MonitoredProcess? _first;
    private int _lastId;

    public PausedBuild Build { get; } = build;

    /// <summary>What <c>--invoke</c> says.</summary>
    public InvokeSpec Invoke { get; } = invoke;

    public IReadOnlyList<MonitoredProcess> Running => [.. _processes.Where(process => !process.Completion.IsCompleted)];

    /// <summary>Whether a process's container is its own: nobody ran there before.</summary>
    public bool IsFirst(MonitoredProcess process) => process == _first;

    /// <summary>Runs something in the container, or, if that has ended, in a new one.</summary>
    /// <exception cref="CliException">There can be no container.</exception>
    public async Task<MonitoredProcess> ExecAsync(InvokeSpec spec, CancellationToken cancellationToken)
    {
        if (_first is not null && _processes.Any(HasFailed))
            await Task.WhenAny(_first.Completion, Task.Delay(EndOfContainer, cancellationToken));
        _processes.RemoveAll(process => process.Completion.IsCompleted);
        if (_container is null || _first is { Completion.IsCompleted: true })
            return await RollbackAsync(spec, before: false, cancellationToken);
        return await StartAsync(_container, spec, cancellationToken);
    }

    /// <summary>Ends the container with all that runs in it, and runs something in a new one.</summary>
    /// <param name="before">As the step has found its files.</param>
    /// <exception cref="CliException">There can be no container.</exception>
    public async Task<MonitoredProcess> RollbackAsync(InvokeSpec spec, bool before, CancellationToken cancellationToken)
    {
        if (!Build.HasContainers)
            throw new CliException("there is no container to be had: what failed is not a RUN step, or it failed before it could begin. Correct it and \"reload\"");
        if (before && !Build.HasBefore)
            throw new CliException("--init is of a step that has failed; this build went well");
        await EndContainerAsync();
        try
        {
            _container = await Build.CreateContainerAsync(before, cancellationToken);
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CliException($"the container could not be made: {e.Status.Detail}", innerException: e);
        }
        _first = await StartAsync(_container, spec, cancellationToken);
        return _first;
    }

    public ValueTask DisposeAsync() => new(EndContainerAsync());

    private static bool HasFailed(MonitoredProcess process) =>
        process.Completion is { IsCompletedSuccessfully: true, Result: { ExitCode: not 0 } or { Error: not null } };

    private async Task<MonitoredProcess> StartAsync(BuildContainer container, InvokeSpec spec, CancellationToken cancellationToken)
    {
        var keeps = !hasTerminal && !spec.NamesProgram;
        if (keeps)
            spec = spec.With(Keeper);
        var program = (hasTerminal ? spec : spec with { HasTerminal = false }).ApplyTo(Build.Program);
        var output = new ProcessOutput();
        var id = (++_lastId).ToString(CultureInfo.InvariantCulture);
        var process = new MonitoredProcess(id, program, await container.StartAsync(program, output.Write, cancellationToken), output, keeps);
        _processes.Add(process);
        // Nobody types without a terminal.
        if (!hasTerminal)
            await process.Process.EndInputAsync();
        await process.Process.Started;
        return process;
    }

    private async Task EndContainerAsync()
    {
        foreach (var process in _processes)
            await process.Process.DisposeAsync();
        _processes.Clear();
        if (_container is not null)
            await _container.DisposeAsync();
        (_container, _first) = (null, null);
    }
}
