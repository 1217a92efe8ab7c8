using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Caches;

/// <summary>Where steps of a build wait until the test lets them go on.</summary>
internal sealed class StepGate : IDisposable
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ScriptedServer _server;

    public StepGate() => _server = new ScriptedServer(async context =>
    {
        _reached.TrySetResult();
        await _opened.Task;
        ScriptedServer.Answer(context, 200);
    });

    /// <summary>A command that waits here.</summary>
    public string Command => $"wget -q -O /dev/null http://{_server.Host}/";

    /// <summary>Ends when a step waits here.</summary>
    public Task Reached => _reached.Task.WaitAsync(TimeSpan.FromMinutes(1));

    public void Open() => _opened.TrySetResult();

    public void Dispose()
    {
        Open();
        _server.Dispose();
    }
}
