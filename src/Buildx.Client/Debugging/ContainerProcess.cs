using System.Diagnostics.CodeAnalysis;
using Buildx.Protocol.Gateway;
using Google.Protobuf;
using Grpc.Core;

namespace Buildx.Client.Debugging;

/// <summary>A process in a <see cref="BuildContainer"/>. Disposing it kills it.</summary>
[SuppressMessage("Design", "CA1001", Justification = "a semaphore holds nothing until its wait handle is asked for")]
public sealed class ContainerProcess : IAsyncDisposable
{
    private const int StandardInput = 0;
    private const int StandardOutput = 1;
    private const int StandardError = 2;

    private const uint UnknownExitStatus = 255;

    private readonly AsyncDuplexStreamingCall<ExecMessage, ExecMessage> _call;
    private readonly string _id = SessionTunnel.NewId();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ContainerProcess(AsyncDuplexStreamingCall<ExecMessage, ExecMessage> call) => _call = call;

    /// <summary>Ends when the process has, and all that it wrote was handed over.</summary>
    public Task<ProcessEnd> Completion { get; private set; } = null!;

    /// <summary>Ends when the process runs, or has failed to.</summary>
    public Task Started => Task.WhenAny(_started.Task, Completion);

    /// <param name="write">Takes what the process writes, with the number of the stream: 1 or 2.</param>
    internal static async Task<ContainerProcess> StartAsync(
        AsyncDuplexStreamingCall<ExecMessage, ExecMessage> call, string container, ContainerProgram program, Action<int, ReadOnlyMemory<byte>> write)
    {
        var process = new ContainerProcess(call);
        var init = new InitMessage
        {
            ContainerID = container,
            Meta = new Protocol.Pb.Meta { User = program.User, Cwd = program.WorkingDirectory.Length > 0 ? program.WorkingDirectory : "/" },
            Fds = { StandardInput, StandardOutput, StandardError },
            Tty = program.HasTerminal,
            Security = program.Security,
        };
        init.Meta.Args.Add(program.Entrypoint);
        init.Meta.Args.Add(program.Arguments);
        init.Meta.Env.Add(program.Environment);
        init.Secretenv.Add(program.Secrets);
        process.Completion = process.ReadAsync(write);
        await process.SendAsync(new ExecMessage { Init = init });
        return process;
    }

    public Task TypeAsync(ReadOnlyMemory<byte> data) =>
        SendAsync(new ExecMessage { File = new FdMessage { Fd = StandardInput, Data = ByteString.CopyFrom(data.Span) } });

    public Task EndInputAsync() => SendAsync(new ExecMessage { File = new FdMessage { Fd = StandardInput, EOF = true } });

    /// <summary>Tells the process's terminal how large the window is.</summary>
    public Task ResizeAsync(int rows, int columns) => SendAsync(new ExecMessage { Resize = new ResizeMessage { Rows = (uint)rows, Cols = (uint)columns } });

    public async ValueTask DisposeAsync()
    {
        _call.Dispose();
        await Completion;
    }

    /// <summary>A process that has ended needs to be told nothing.</summary>
    private async Task SendAsync(ExecMessage message)
    {
        message.ProcessID = _id;
        await _writing.WaitAsync();
        try
        {
            await _call.RequestStream.WriteAsync(message);
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException or ObjectDisposedException or OperationCanceledException)
        {
            // How it ended is told by the other direction.
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task<ProcessEnd> ReadAsync(Action<int, ReadOnlyMemory<byte>> write)
    {
        ProcessEnd? end = null;
        try
        {
            while (await _call.ResponseStream.MoveNext(CancellationToken.None))
            {
                var message = _call.ResponseStream.Current;
                switch (message.InputCase)
                {
                    case ExecMessage.InputOneofCase.Started:
                        _started.TrySetResult();
                        break;
                    case ExecMessage.InputOneofCase.File when message.File.Data.Length > 0:
                        write((int)message.File.Fd, message.File.Data.Memory);
                        break;
                    case ExecMessage.InputOneofCase.Exit:
                        end = ReadEnd(message.Exit);
                        // BuildKit has more to say only when the input has ended too.
                        await EndInputAsync();
                        break;
                    case ExecMessage.InputOneofCase.Done:
                        await _call.RequestStream.CompleteAsync();
                        return end ?? new ProcessEnd((int)UnknownExitStatus, "the daemon does not say how it ended");
                }
            }
            return end ?? new ProcessEnd((int)UnknownExitStatus, "the daemon ended the connection to it");
        }
        catch (RpcException e)
        {
            return end ?? new ProcessEnd((int)UnknownExitStatus, e.StatusCode == StatusCode.Cancelled ? "it was ended" : e.Status.Detail);
        }
        catch (Exception e) when (e is ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            return end ?? new ProcessEnd((int)UnknownExitStatus, "it was ended");
        }
    }

    // An exit code that the process chose needs no explanation.
    private static ProcessEnd ReadEnd(ExitMessage exit) =>
        new((int)exit.Code, exit.Code == UnknownExitStatus || exit.Code > byte.MaxValue ? exit.Error?.Message : null);
}
