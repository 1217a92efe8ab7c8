namespace Buildx.TestSupport;

/// <summary>A real <c>ssh-agent</c> with keys of files, until it is disposed.</summary>
public sealed class SshAgent : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory;
    private readonly string _id;

    private SshAgent(TemporaryDirectory directory, string id) => (_directory, _id) = (directory, id);

    public string Socket => System.IO.Path.Combine(_directory.Path, "agent");

    public static async Task<SshAgent> StartAsync(params string[] keys)
    {
        var directory = new TemporaryDirectory();
        // It prints: SSH_AGENT_PID=ID; export …
        var printed = await Tool.RunAsync("ssh-agent", "-s", "-a", System.IO.Path.Combine(directory.Path, "agent"));
        var agent = new SshAgent(directory, printed.Split("SSH_AGENT_PID=")[1].Split(';')[0]);
        if (keys.Length > 0)
            await agent.AddAsync(["-q", .. keys]);
        return agent;
    }

    /// <summary>Runs <c>ssh-add</c> on it.</summary>
    public async Task<ToolResult> AddAsync(params string[] arguments) =>
        await new Tool("ssh-add") { Environment = new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = Socket } }.SucceedAsync(arguments);

    public async ValueTask DisposeAsync()
    {
        await new Tool("kill").ExecuteAsync(_id);
        _directory.Dispose();
    }
}
