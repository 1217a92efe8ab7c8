using System.Text;
using Buildx.Protocol.Gateway;
using Google.Protobuf;
using Grpc.Core;
using Meta = Buildx.Protocol.Pb.Meta;
using SecretEnv = Buildx.Protocol.Pb.SecretEnv;

namespace Buildx.EndToEnd.Tests.Frontends;

/// <summary>An <c>ExecProcess</c> stream, and what each process said on it.</summary>
internal sealed class ExecSession : IAsyncDisposable
{
    private readonly AsyncDuplexStreamingCall<ExecMessage, ExecMessage> _call;
    private readonly Dictionary<string, (StringBuilder Output, StringBuilder Error, TaskCompletionSource<ExitMessage> Exit, List<string> Events)> _processes = [];
    private readonly Task _reading;

    public ExecSession(RunningBuild build)
    {
        _call = build.Bridge.ExecProcess(build.Headers);
        _reading = ReadAsync();
    }

    public Task StartAsync(string id, string container, string command, bool tty = false, params string[] environment)
    {
        var init = Describe(container, command);
        init.Tty = tty;
        init.Meta.Env.AddRange(environment);
        return StartAsync(id, init);
    }

    /// <summary>With secrets as environment variables, by the name of the variable.</summary>
    public Task StartAsync(string id, string container, string command, IReadOnlyDictionary<string, string> secrets, bool areOptional = false)
    {
        var init = Describe(container, command);
        init.Secretenv.AddRange(secrets.Select(secret => new SecretEnv { Name = secret.Key, ID = secret.Value, Optional = areOptional }));
        return StartAsync(id, init);
    }

    public Task TypeAsync(string id, string text) => _call.RequestStream.WriteAsync(
        new ExecMessage { ProcessID = id, File = new FdMessage { Fd = 0, Data = ByteString.CopyFromUtf8(text) } });

    public Task EndInputAsync(string id) => _call.RequestStream.WriteAsync(new ExecMessage { ProcessID = id, File = new FdMessage { Fd = 0, EOF = true } });

    public Task SignalAsync(string id, string name) => _call.RequestStream.WriteAsync(new ExecMessage { ProcessID = id, Signal = new SignalMessage { Name = name } });

    public Task ResizeAsync(string id, uint rows, uint columns) =>
        _call.RequestStream.WriteAsync(new ExecMessage { ProcessID = id, Resize = new ResizeMessage { Rows = rows, Cols = columns } });

    public Task<ExitMessage> ExitAsync(string id) => _processes[id].Exit.Task.WaitAsync(TimeSpan.FromSeconds(60));

    public string Output(string id)
    {
        lock (_processes)
            return _processes[id].Output.ToString();
    }

    public string Error(string id)
    {
        lock (_processes)
            return _processes[id].Error.ToString();
    }

    public IReadOnlyList<string> Events(string id)
    {
        lock (_processes)
            return [.. _processes[id].Events];
    }

    public async Task WaitForOutputAsync(string id, string text)
    {
        for (var i = 0; !Output(id).Contains(text, StringComparison.Ordinal); i++)
        {
            if (i > 600)
                throw new TimeoutException($"no \"{text}\" in \"{Output(id)}\" \"{Error(id)}\"");
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _call.RequestStream.CompleteAsync();
        await _reading.WaitAsync(TimeSpan.FromSeconds(30));
        _call.Dispose();
    }

    private static InitMessage Describe(string container, string command) =>
        new() { ContainerID = container, Meta = new Meta { Args = { "/bin/sh", "-c", command } }, Fds = { 0, 1, 2 } };

    private Task StartAsync(string id, InitMessage init)
    {
        lock (_processes)
            _processes[id] = (new(), new(), new(TaskCreationOptions.RunContinuationsAsynchronously), []);
        return _call.RequestStream.WriteAsync(new ExecMessage { ProcessID = id, Init = init });
    }

    private async Task ReadAsync()
    {
        var exits = new Dictionary<string, ExitMessage>();
        while (await _call.ResponseStream.MoveNext(CancellationToken.None))
        {
            var message = _call.ResponseStream.Current;
            lock (_processes)
            {
                var (output, error, ended, events) = _processes[message.ProcessID];
                events.Add(message.InputCase.ToString());
                switch (message.InputCase)
                {
                    case ExecMessage.InputOneofCase.File:
                        (message.File.Fd == 1 ? output : error).Append(Encoding.UTF8.GetString(message.File.Data.Span));
                        break;
                    case ExecMessage.InputOneofCase.Exit:
                        exits[message.ProcessID] = message.Exit;
                        break;
                    case ExecMessage.InputOneofCase.Done:
                        ended.SetResult(exits[message.ProcessID]);
                        break;
                }
            }
        }
    }
}
