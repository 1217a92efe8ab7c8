using Buildx.Engine.Solving;

namespace Buildx.Engine.Tests.Solving;

public sealed class SharedWorkTests
{
    private readonly SharedWork<string, object, int> _work = new();

    [Fact]
    public async Task Two_who_ask_for_the_same_key_share_one_run()
    {
        var runs = 0;
        var gate = new TaskCompletionSource();
        var first = RunAsync(async _ =>
        {
            Interlocked.Increment(ref runs);
            await gate.Task;
            return 7;
        });
        var second = RunAsync(_ => Task.FromResult(Interlocked.Increment(ref runs)));
        gate.SetResult();

        Assert.Equal(7, await first);
        Assert.Equal(7, await second);
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task Work_goes_on_while_one_of_two_still_waits()
    {
        using var leaving = new CancellationTokenSource();
        var gate = new TaskCompletionSource();
        var cancelled = false;
        var first = RunAsync(
            async token =>
            {
                await gate.Task.WaitAsync(token);
                cancelled = token.IsCancellationRequested;
                return 1;
            },
            leaving.Token);
        var second = RunAsync(_ => Task.FromResult(2));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.SetResult();

        Assert.Equal(1, await second);
        Assert.False(cancelled);
    }

    [Fact]
    public async Task The_last_to_leave_cancels_the_work_and_waits_for_its_clean_up()
    {
        using var leaving = new CancellationTokenSource();
        var cleanedUp = false;
        var running = RunAsync(
            async token =>
            {
                try
                {
                    await Task.Delay(Timeout.Infinite, token);
                    return 0;
                }
                finally
                {
                    await Task.Delay(50, CancellationToken.None);
                    cleanedUp = true;
                }
            },
            leaving.Token);
        await Task.Delay(20, TestContext.Current.CancellationToken);
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.True(cleanedUp);
    }

    [Fact]
    public async Task Whoever_comes_after_everybody_left_starts_afresh()
    {
        using var leaving = new CancellationTokenSource();
        var running = RunAsync(
            async token =>
            {
                await Task.Delay(Timeout.Infinite, token);
                return 1;
            },
            leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        Assert.Equal(2, await RunAsync(_ => Task.FromResult(2)));
    }

    [Fact]
    public async Task A_failure_reaches_everybody_and_is_not_remembered()
    {
        var gate = new TaskCompletionSource();
        var first = RunAsync(async _ =>
        {
            await gate.Task;
            throw new InvalidDataException("broken");
        });
        var second = RunAsync(_ => Task.FromResult(1));
        gate.SetResult();

        await Assert.ThrowsAsync<InvalidDataException>(() => first);
        await Assert.ThrowsAsync<InvalidDataException>(() => second);
        Assert.Equal(3, await RunAsync(_ => Task.FromResult(3)));
    }

    private Task<int> RunAsync(Func<CancellationToken, Task<int>> work, CancellationToken cancellationToken = default) =>
        _work.RunAsync("key", () => new object(), _ => { }, (_, token) => work(token), _ => { }, cancellationToken);
}
