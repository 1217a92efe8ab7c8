using System.Net.Sockets;
using Buildx.Engine.Server;
using Buildx.Engine.Solving;
using Buildx.Linux;
using Buildx.Protocol.Sessions;
using Buildx.Protocol.SshForwarding;
using Grpc.Core;

namespace Buildx.Engine.Operations.Exec;

/// <summary>A socket whose connections end at the client's ssh agent. It is there as long as a step, or a program of the engine, needs it.</summary>
internal sealed class AgentSocket : IAsyncDisposable
{
    private const string FileName = "agent";

    // What a socket's address has room for, with a zero at its end.
    private const int MaximumPath = 107;

    private readonly DirectoryInfo _directory;
    private readonly Socket _listener;
    private readonly ISession _session;
    private readonly string _id;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    private AgentSocket(DirectoryInfo directory, Socket listener, ISession session, string id)
    {
        (_directory, _listener, _session, _id) = (directory, listener, session, id);
        _accepting = AcceptAsync();
    }

    public string Path => System.IO.Path.Combine(_directory.FullName, FileName);

    /// <returns>Null when no client of the build forwards this agent.</returns>
    public static async Task<AgentSocket?> TryOpenAsync(
        BuildContext build, string id, string temporaryPath, uint uid, uint gid, uint mode, CancellationToken cancellationToken)
    {
        if (id.Length == 0)
            id = SessionStreams.DefaultAgent;
        if (await FindSessionAsync(build, id, cancellationToken) is not { } session)
            return null;
        var directory = CreateDirectory(temporaryPath);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            var path = System.IO.Path.Combine(directory.FullName, FileName);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            FileSystem.ChangeOwnerAt(null, path, uid, gid);
            FileSystem.ChangeModeAt(null, path, mode & 0xfff);
            listener.Listen();
            return new AgentSocket(directory, listener, session, id);
        }
        catch
        {
            listener.Dispose();
            directory.Delete(recursive: true);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _directory.Delete(recursive: true);
        _stop.Dispose();
    }

    private static async Task<ISession?> FindSessionAsync(BuildContext build, string id, CancellationToken cancellationToken)
    {
        foreach (var session in build.Sessions)
        {
            if (session.Closed.IsCancellationRequested || !session.Supports(SessionStreams.ForwardAgentMethod))
                continue;
            try
            {
                await new SSH.SSHClient(session.Invoker).CheckAgentAsync(new CheckAgentRequest { ID = id }, cancellationToken: cancellationToken);
                return session;
            }
            catch (RpcException) when (!cancellationToken.IsCancellationRequested)
            {
                // Another client may have it; what exactly is wrong with this one is said in many ways.
            }
        }
        return null;
    }

    // Nobody but the engine's user may enter: who reaches the socket may use the keys.
    private static DirectoryInfo CreateDirectory(string temporaryPath)
    {
        var name = "ssh-" + Guid.NewGuid().ToString("N")[..8];
        return temporaryPath.Length + name.Length + FileName.Length + 2 <= MaximumPath
            ? Directory.CreateDirectory(System.IO.Path.Combine(temporaryPath, name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)
            : Directory.CreateTempSubdirectory("buildx-ssh-");
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                var connection = await _listener.AcceptAsync(_stop.Token);
                connections.RemoveAll(task => task.IsCompleted);
                connections.Add(ForwardAsync(connection));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It is not needed any more.
        }
        await Task.WhenAll(connections);
    }

    private async Task ForwardAsync(Socket connection)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, _session.Closed);
        try
        {
            await using var local = new NetworkStream(connection, ownsSocket: true);
            await using var agent = SessionStreams.OpenAgent(_session.Invoker, _id, stop.Token);
            var asking = local.CopyToAsync(agent, stop.Token);
            var answering = agent.CopyToAsync(local, stop.Token);
            // Whichever end is closed first, the other has nothing to say any more.
            await Task.WhenAny(asking, answering);
            await stop.CancelAsync();
            await Task.WhenAll(asking, answering);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or RpcException or SocketException or ObjectDisposedException)
        {
            // The program sees that its connection has ended.
        }
    }
}
