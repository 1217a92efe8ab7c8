using System.Diagnostics;
using Buildx.Protocol.Authentication;
using Buildx.Protocol.ControlApi;
using Buildx.Protocol.SecretStore;
using Buildx.Protocol.Sessions;
using Google.Protobuf;
using Grpc.Core;

namespace Buildx.Protocol.Tests.Sessions;

public sealed class SessionServerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_unary_call_reaches_the_client_and_returns()
    {
        var server = new SessionServer().MapUnary("/moby.filesync.v1.Auth/Credentials", CredentialsRequest.Parser, (request, _, _) =>
            Task.FromResult(new CredentialsResponse { Username = "me@" + request.Host, Secret = "s" }));
        await using var pair = new SessionPair(server);
        var auth = new Auth.AuthClient(pair.Connection.Invoker);
        for (var i = 0; i < 100; i++)
        {
            var response = await auth.CredentialsAsync(new CredentialsRequest { Host = $"registry{i}" }, cancellationToken: Token);
            Assert.Equal($"me@registry{i}", response.Username);
        }
    }

    [Fact]
    public async Task A_session_that_nobody_calls_for_a_while_stays_open()
    {
        var server = new SessionServer().MapUnary("/moby.filesync.v1.Auth/Credentials", CredentialsRequest.Parser, (request, _, _) =>
            Task.FromResult(new CredentialsResponse { Username = request.Host }));
        await using var pair = new SessionPair(server);
        var auth = new Auth.AuthClient(pair.Connection.Invoker);
        await auth.CredentialsAsync(new CredentialsRequest { Host = "before" }, cancellationToken: Token);
        // Longer than the server's heartbeat, at which it looks for idle connections.
        await Task.Delay(TimeSpan.FromSeconds(2.5), Token);

        var response = await auth.CredentialsAsync(new CredentialsRequest { Host = "after" }, cancellationToken: Token);

        Assert.Equal("after", response.Username);
        Assert.False(pair.Connection.Closed.IsCancellationRequested);
    }

    [Fact]
    public async Task Repeated_metadata_arrives_as_separate_values_even_with_commas()
    {
        string[] sent = ["a, b", "c", new string('d', 20_000), "e"];
        IReadOnlyList<string>? received = null;
        var server = new SessionServer().MapUnary("/moby.buildkit.secrets.v1.Secrets/GetSecret", GetSecretRequest.Parser, (_, call, _) =>
        {
            received = call.GetHeader("followpaths");
            return Task.FromResult(new GetSecretResponse());
        });
        await using var pair = new SessionPair(server);
        var metadata = new Metadata();
        foreach (var value in sent)
            metadata.Add("followpaths", value);
        await new Secrets.SecretsClient(pair.Connection.Invoker).GetSecretAsync(new GetSecretRequest(), metadata, cancellationToken: Token);
        Assert.Equal(sent, received);
    }

    [Fact]
    public async Task A_failing_method_returns_its_status_and_message()
    {
        var server = new SessionServer().MapUnary<GetSecretRequest, GetSecretResponse>(
            "/moby.buildkit.secrets.v1.Secrets/GetSecret", GetSecretRequest.Parser, (request, _, _) =>
                throw new RpcException(new Status(StatusCode.NotFound, $"secret {request.ID}: not 100 % there – sorry\n")));
        await using var pair = new SessionPair(server);
        var secrets = new Secrets.SecretsClient(pair.Connection.Invoker);
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await secrets.GetSecretAsync(new GetSecretRequest { ID = "x" }, cancellationToken: Token));
        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
        Assert.Equal("secret x: not 100 % there – sorry\n", failure.Status.Detail);
        var unknown = await Assert.ThrowsAsync<RpcException>(async () =>
            await new Auth.AuthClient(pair.Connection.Invoker).CredentialsAsync(new CredentialsRequest(), cancellationToken: Token));
        Assert.Equal(StatusCode.Unimplemented, unknown.StatusCode);
    }

    [Fact]
    public async Task Messages_larger_than_every_window_go_both_ways()
    {
        var server = new SessionServer().Map("/moby.buildkit.v1.Control/Session", async (call, cancellationToken) =>
        {
            while (await call.ReadAsync(BytesMessage.Parser, cancellationToken) is { } message)
                await call.WriteAsync(message, cancellationToken);
        });
        await using var pair = new SessionPair(server);
        using var echo = new Control.ControlClient(pair.Connection.Invoker).Session(cancellationToken: Token);
        var data = new byte[12 << 20];
        Random.Shared.NextBytes(data);
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 3; i++)
                await echo.RequestStream.WriteAsync(new BytesMessage { Data = ByteString.CopyFrom(data) }, Token);
            await echo.RequestStream.CompleteAsync();
        }, Token);
        for (var i = 0; i < 3; i++)
        {
            Assert.True(await echo.ResponseStream.MoveNext(Token));
            Assert.True(echo.ResponseStream.Current.Data.Span.SequenceEqual(data));
        }
        Assert.False(await echo.ResponseStream.MoveNext(Token));
        await writing;
    }

    [Fact]
    public async Task Many_calls_run_at_the_same_time()
    {
        var server = new SessionServer().MapUnary("/moby.buildkit.secrets.v1.Secrets/GetSecret", GetSecretRequest.Parser, async (request, _, cancellationToken) =>
        {
            await Task.Delay(20, cancellationToken);
            return new GetSecretResponse { Data = ByteString.CopyFromUtf8(request.ID) };
        });
        await using var pair = new SessionPair(server);
        var secrets = new Secrets.SecretsClient(pair.Connection.Invoker);
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
            (await secrets.GetSecretAsync(new GetSecretRequest { ID = $"{i}" }, cancellationToken: Token)).Data.ToStringUtf8()));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}"), answers);
    }

    [Fact]
    public async Task The_daemon_notices_that_the_client_is_gone()
    {
        await using var pair = new SessionPair(new SessionServer());
        await Task.Delay(100, Token);
        Assert.False(pair.Connection.Closed.IsCancellationRequested);
        var clock = Stopwatch.StartNew();
        await pair.StopServerAsync();
        await pair.Connection.WaitUntilClosedAsync(Token).WaitAsync(TimeSpan.FromSeconds(30), Token);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_client_that_fails_its_health_checks_is_given_up()
    {
        var server = new SessionServer().Map("/grpc.health.v1.Health/Check", (_, _) => throw new RpcException(new Status(StatusCode.Unavailable, "ill")));
        await using var pair = new SessionPair(server, new SessionHealthCheck { Interval = TimeSpan.FromMilliseconds(50) });
        await pair.Connection.WaitUntilClosedAsync(Token).WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    [Fact]
    public async Task Cancelling_a_call_cancels_the_clients_work()
    {
        var cancelled = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        var server = new SessionServer().MapUnary<GetSecretRequest, GetSecretResponse>(
            "/moby.buildkit.secrets.v1.Secrets/GetSecret", GetSecretRequest.Parser, async (_, _, cancellationToken) =>
            {
                cancellationToken.Register(cancelled.SetResult);
                started.SetResult();
                await Task.Delay(Timeout.Infinite, cancellationToken);
                return new GetSecretResponse();
            });
        await using var pair = new SessionPair(server);
        using var stop = new CancellationTokenSource();
        var call = new Secrets.SecretsClient(pair.Connection.Invoker).GetSecretAsync(new GetSecretRequest(), cancellationToken: stop.Token);
        await started.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        await stop.CancelAsync();
        await Assert.ThrowsAsync<RpcException>(async () => await call);
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
    }
}
