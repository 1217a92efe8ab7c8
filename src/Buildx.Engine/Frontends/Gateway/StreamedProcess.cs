using System.Runtime.InteropServices;
using System.Threading.Channels;
using Buildx.Engine.Execution;
using Buildx.Linux;
using Buildx.Linux.Processes;
using Buildx.Protocol.Gateway;
using Google.Protobuf;
using Microsoft.Win32.SafeHandles;
using RpcStatus = Buildx.Protocol.Errors.Status;

namespace Buildx.Engine.Frontends.Gateway;

/// <summary>A process whose input and output travel as messages.</summary>
internal sealed class StreamedProcess : IExecutionOutput
{
    private const uint UnknownExitStatus = 255;
    private const int BufferedMessages = 64;

    private readonly string _id;
    private readonly InitMessage _init;
    private readonly Func<ExecMessage, CancellationToken, Task> _send;
    private readonly SafeFileHandle? _inputWriter;
    private readonly Channel<ReadOnlyMemory<byte>> _typed = Channel.CreateUnbounded<ReadOnlyMemory<byte>>();
    private readonly Channel<FdMessage> _printed = Channel.CreateBounded<FdMessage>(BufferedMessages);
    private CancellationToken _stopped;

    public StreamedProcess(string id, InitMessage init, Func<ExecMessage, CancellationToken, Task> send)
    {
        (_id, _init, _send) = (id, init, send);
        SafeFileHandle? reader = null;
        if (init.Fds.Contains(0u))
            (reader, _inputWriter) = Descriptors.CreatePipe();
        Control = new ProcessControl { Input = reader };
    }

    public ProcessControl Control { get; }

    /// <summary>Ends when the process has, and everything about it was sent.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    public void Start(GatewayContainer container, CancellationToken cancellationToken)
    {
        _stopped = cancellationToken;
        if (_inputWriter is not null)
            new Thread(PassInput, 128 << 10) { IsBackground = true, Name = "process input" }.Start();
        Completion = RunAsync(container, cancellationToken);
    }

    public void Type(FdMessage message)
    {
        if (message.Fd != 0 || _inputWriter is null)
            throw new InvalidDataException($"process {_id} was started without an input of number {message.Fd}");
        if (message.Data.Length > 0)
            _typed.Writer.TryWrite(message.Data.Memory);
        if (message.EOF)
            EndInput();
    }

    public void EndInput() => _typed.Writer.TryComplete();

    /// <summary>Called by the run's own thread, which waits while the receiver is slow.</summary>
    public void Write(int stream, ReadOnlySpan<byte> data)
    {
        if (!_init.Fds.Contains((uint)stream))
            return;
        var message = new FdMessage { Fd = (uint)stream, Data = ByteString.CopyFrom(data) };
        if (_printed.Writer.TryWrite(message))
            return;
        try
        {
            _printed.Writer.WriteAsync(message, _stopped).AsTask().GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // Nobody wants it any more.
        }
    }

    private async Task RunAsync(GatewayContainer container, CancellationToken cancellationToken)
    {
        var run = Task.Run(() => container.RunAsync(_init, this, Control, cancellationToken), CancellationToken.None);
        try
        {
            await Task.WhenAny(Control.Started, run);
            await SendAsync(new ExecMessage { Started = new StartedMessage() }, cancellationToken);
            _ = run.ContinueWith(_ => _printed.Writer.TryComplete(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            await foreach (var printed in _printed.Reader.ReadAllAsync(cancellationToken))
                await SendAsync(new ExecMessage { File = printed }, cancellationToken);
            foreach (var fd in _init.Fds)
            {
                if (fd != 0)
                    await SendAsync(new ExecMessage { File = new FdMessage { Fd = fd, EOF = true } }, cancellationToken);
            }
            await SendAsync(new ExecMessage { Exit = await ExitAsync(run) }, cancellationToken);
            await SendAsync(new ExecMessage { Done = new DoneMessage() }, cancellationToken);
        }
        finally
        {
            EndInput();
            _printed.Writer.TryComplete();
            await run.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private static async Task<ExitMessage> ExitAsync(Task<int> run)
    {
        try
        {
            var code = await run;
            return code == 0
                ? new ExitMessage()
                : new ExitMessage { Code = (uint)code, Error = new RpcStatus { Code = (int)Grpc.Core.StatusCode.Unknown, Message = $"exit code: {code}" } };
        }
        catch (Exception e)
        {
            var error = Server.Services.ErrorConversion.ToRpcException(e, CancellationToken.None);
            return new ExitMessage { Code = UnknownExitStatus, Error = new RpcStatus { Code = (int)error.StatusCode, Message = error.Status.Detail } };
        }
    }

    private Task SendAsync(ExecMessage message, CancellationToken cancellationToken)
    {
        message.ProcessID = _id;
        return _send(message, cancellationToken);
    }

    // A process may be in no hurry to read.
    private void PassInput()
    {
        using var writer = _inputWriter!;
        try
        {
            var reader = _typed.Reader;
            while (reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                while (reader.TryRead(out var data))
                    Descriptors.Write(writer, data.Span);
            }
        }
        catch (LinuxException e) when (e.Errno == Errno.EPIPE)
        {
            // It has closed its input, or ended.
        }
    }
}
