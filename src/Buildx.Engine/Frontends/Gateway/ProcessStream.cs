using System.Diagnostics.CodeAnalysis;
using Buildx.Protocol.Gateway;
using Grpc.Core;
using Status = Grpc.Core.Status;

namespace Buildx.Engine.Frontends.Gateway;

/// <summary>One <c>ExecProcess</c> stream: any number of processes, told apart by their ids.</summary>
[SuppressMessage("Design", "CA1001", Justification = "a semaphore holds nothing until its wait handle is asked for")]
internal sealed class ProcessStream(
    Func<string, GatewayContainer> container, Func<CancellationToken, Task<ExecMessage?>> read, Func<ExecMessage, CancellationToken, Task> write)
{
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Dictionary<string, StreamedProcess> _processes = [];

    /// <summary>Until the other side has ended the stream, and every process has ended. Cancelling kills them.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (await read(stop.Token) is { } message)
                await HandleAsync(message, stop.Token);
            // Nobody can type any more.
            foreach (var process in _processes.Values)
                process.EndInput();
            await Task.WhenAll(_processes.Values.Select(process => process.Completion));
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(_processes.Values.Select(process => process.Completion)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task HandleAsync(ExecMessage message, CancellationToken cancellationToken)
    {
        if (message.ProcessID.Length == 0)
            throw Error(StatusCode.InvalidArgument, "a message without ProcessID");
        switch (message.InputCase)
        {
            case ExecMessage.InputOneofCase.Init:
                if (_processes.ContainsKey(message.ProcessID))
                    throw Error(StatusCode.AlreadyExists, $"process {message.ProcessID} exists already");
                var started = new StreamedProcess(message.ProcessID, message.Init, SendAsync);
                _processes[message.ProcessID] = started;
                started.Start(container(message.Init.ContainerID), cancellationToken);
                break;
            case ExecMessage.InputOneofCase.File:
                Find(message).Type(message.File);
                break;
            case ExecMessage.InputOneofCase.Resize:
                await Find(message).Control.ResizeAsync((int)message.Resize.Rows, (int)message.Resize.Cols, cancellationToken);
                break;
            case ExecMessage.InputOneofCase.Signal:
                var number = SignalNumbers.Find(message.Signal.Name) ?? throw Error(StatusCode.InvalidArgument, $"there is no signal {message.Signal.Name}");
                await Find(message).Control.SignalAsync(number, cancellationToken);
                break;
            default:
                throw Error(StatusCode.InvalidArgument, $"a client doesn't send {message.InputCase}");
        }
    }

    private StreamedProcess Find(ExecMessage message) => _processes.TryGetValue(message.ProcessID, out var process)
        ? process
        : throw Error(StatusCode.NotFound, $"there is no process {message.ProcessID}");

    private async Task SendAsync(ExecMessage message, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await write(message, cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    private static RpcException Error(StatusCode code, string message) => new(new Status(code, message));
}
