using System.Collections;
using Buildx.Protocol.Errors;
using Buildx.Protocol.Gateway;
using Buildx.Protocol.Sessions;
using Grpc.Core;

namespace Buildx.Client.Frontends;

/// <summary>
/// The main program of a frontend image: what BuildKit runs for <c># syntax=IMAGE</c>. It finds its build at the other end of
/// standard input and output; what it writes to <see cref="Console.Out"/> goes to standard error.
/// </summary>
/// <example>
/// <code>
/// return await FrontendHost.RunAsync(async (build, cancellationToken) =>
/// {
///     var hello = new LlbFile(null).MakeFile("/hello", 0x1a4, "hello\n"u8.ToArray()).ToOutput(VertexOptions.None);
///     return new FrontendOutcome(await build.SolveAsync(hello, cancellationToken));
/// });
/// </code>
/// </example>
public static class FrontendHost
{
    private const string OptionVariable = "BUILDKIT_FRONTEND_OPT_";

    /// <param name="solve">Turns the request into a result. Its exceptions become the build's error.</param>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(Func<FrontendBuild, CancellationToken, Task<FrontendOutcome>> solve, CancellationToken cancellationToken = default)
    {
        if (Environment.GetEnvironmentVariable("BUILDKIT_SESSION_ID") is null)
        {
            await Console.Error.WriteLineAsync("This program is a frontend of BuildKit, which runs it for \"# syntax=IMAGE\"; by itself it does nothing.");
            return 2;
        }
        Console.SetOut(Console.Error);
        await using var stream = new StandardStreams();
        await using var channel = Http2Channel.Create(_ => ValueTask.FromResult<Stream>(stream));
        var bridge = new LLBBridge.LLBBridgeClient(channel.Invoker);
        var capabilities = await bridge.PingAsync(new PingRequest(), cancellationToken: cancellationToken);
        var build = new FrontendBuild(bridge, ReadOptions(), Environment.GetEnvironmentVariable("BUILDKIT_SESSION_ID")!, capabilities);
        var answer = new ReturnRequest();
        try
        {
            answer.Result = (await solve(build, cancellationToken)).ToMessage();
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            answer.Error = ToStatus(e);
        }
        await bridge.ReturnAsync(answer, cancellationToken: cancellationToken);
        // Nothing of it lasts longer than the answer: the streams can't be closed while somebody waits for input.
        return 0;
    }

    private static Protocol.Errors.Status ToStatus(Exception exception)
    {
        if (exception is not RpcException rpc)
            return new Protocol.Errors.Status { Code = (int)StatusCode.Unknown, Message = exception.Message };
        // An error of the build goes back as it came, with the places that it names.
        var status = new Protocol.Errors.Status { Code = (int)rpc.StatusCode, Message = rpc.Status.Detail };
        status.Details.AddRange(RpcStatusDetails.Read(rpc).ToDetails());
        return status;
    }

    private static Dictionary<string, string> ReadOptions()
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (variable is not { Key: string name, Value: string value } || !name.StartsWith(OptionVariable, StringComparison.Ordinal))
                continue;
            var equals = value.IndexOf('=');
            if (equals > 0)
                options[value[..equals]] = value[(equals + 1)..];
        }
        return options;
    }
}
