using System.Diagnostics;
using Buildx.Client;
using Buildx.Drivers.Configuration;
using Buildx.Drivers.Native;
using Buildx.Drivers.Store;

namespace Buildx.Drivers.Embedded;

/// <summary>
/// Runs the engine as a process of its own on a Unix socket. It is started when it is needed, once however many ask at the
/// same moment, outlives its starter, and leaves by itself when idle.
/// </summary>
public sealed class EmbeddedDriver : IDriver
{
    public const string DriverName = "embedded";

    /// <summary>The builder that is always there.</summary>
    public const string DefaultBuilder = "embedded";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);

    private readonly string _builder;
    private readonly NodeRecord _node;
    private readonly EngineCommand _command;
    private readonly EmbeddedOptions _options;

    public EmbeddedDriver(BuilderRecord builder, NodeRecord node, EngineCommand command)
    {
        _builder = BuilderName.Validate(builder.Name);
        _node = node;
        _command = command;
        _options = EmbeddedOptions.Parse(node.DriverOpts);
        Paths = EmbeddedPaths.For(_builder);
    }

    public string Name => DriverName;

    public EmbeddedPaths Paths { get; }

    public string Endpoint => "unix://" + Paths.Socket;

    public BuildkitConnector Connector => new UnixSocketConnector(Paths.Socket, sharesFiles: true);

    public bool LoadsByDefault => false;

    /// <summary>What is stored as the endpoint of a node: where the socket lies depends on who asks.</summary>
    public static string StoredEndpoint(string builder) => $"{DriverName}://{builder}";

    /// <summary>The builder <see cref="DefaultBuilder"/> as it is when nobody has created it.</summary>
    public static BuilderRecord NewDefaultBuilder(IReadOnlyDictionary<string, byte[]>? files = null) => new()
    {
        Name = DefaultBuilder,
        Driver = DriverName,
        IsImplicit = true,
        Nodes = [new NodeRecord { Name = DefaultBuilder + "0", Endpoint = StoredEndpoint(DefaultBuilder), Files = files?.ToDictionary() }],
    };

    public Task<DriverStatus> GetStatusAsync(CancellationToken cancellationToken = default) => Task.FromResult(
        EnginePeer.Find(Paths.Socket) is not null ? DriverStatus.Running
        : Directory.Exists(Paths.State) ? DriverStatus.Stopped
        : DriverStatus.Inactive);

    public async Task StartAsync(Action<string>? report = null, CancellationToken cancellationToken = default)
    {
        if (FindTrustedPeer() is not null)
            return;
        EnsureDirectories();
        // Whoever comes while another one starts the engine waits here, and then finds it running.
        using var startLock = await LockAsync(cancellationToken);
        if (FindTrustedPeer() is not null)
            return;
        File.Delete(Paths.Socket);
        File.Delete(Paths.Log);
        WriteConfiguration();
        DetachedProcess process;
        try
        {
            var command = _command.Quickest?.Invoke() ?? _command;
            var environment = EngineEnvironment.Create();
            foreach (var (name, value) in command.Environment)
                environment[name] = value;
            process = DetachedProcess.Start(command.Program, [.. command.LeadingArguments, .. Arguments()], environment, Paths.Log);
        }
        catch (IOException e)
        {
            throw new DriverException($"the engine of builder \"{_builder}\" can't be started: {e.Message}", e);
        }
        await WaitUntilItAnswersAsync(process, cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (!Directory.Exists(Paths.Runtime))
            return;
        using var startLock = await LockAsync(cancellationToken);
        await StopLockedAsync(cancellationToken);
    }

    public async Task RemoveAsync(bool keepState, CancellationToken cancellationToken = default)
    {
        if (Directory.Exists(Paths.Runtime))
        {
            using var startLock = await LockAsync(cancellationToken);
            await StopLockedAsync(cancellationToken);
            Delete(Paths.Runtime);
        }
        if (!keepState)
            await RemoveStateAsync(cancellationToken);
    }

    private async Task RemoveStateAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Paths.State))
            return;
        // As an ordinary user only the engine may: files of images belong to subordinate ids.
        var start = new ProcessStartInfo(_command.Program, [.. _command.LeadingArguments, $"--root={Paths.State}", "--remove-state"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in EngineEnvironment.Create())
            start.Environment[name] = value;
        try
        {
            using var process = Process.Start(start)!;
            var output = await Task.WhenAll(process.StandardError.ReadToEndAsync(cancellationToken), process.StandardOutput.ReadToEndAsync(cancellationToken));
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
                throw new DriverException($"cannot remove {Paths.State}: {string.Concat(output).Trim()}");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new DriverException($"cannot remove {Paths.State}: {e.Message}", e);
        }
    }

    private async Task StopLockedAsync(CancellationToken cancellationToken)
    {
        if (FindTrustedPeer() is not { } peer)
            return;
        _ = LibC.Kill(peer.ProcessId, LibC.SIGTERM);
        var clock = Stopwatch.StartNew();
        var killed = false;
        for (var wait = 2; peer.IsAlive(); wait = Math.Min(wait * 2, 100))
        {
            if (!killed && clock.Elapsed > StopTimeout)
            {
                // The engine's state survives this by design.
                _ = LibC.Kill(peer.ProcessId, LibC.SIGKILL);
                killed = true;
            }
            else if (clock.Elapsed > StopTimeout + TimeSpan.FromSeconds(10))
            {
                throw new DriverException($"the engine of builder \"{_builder}\" (process {peer.ProcessId}) doesn't end; its log is {Paths.Log}");
            }
            await Task.Delay(wait, cancellationToken);
        }
        File.Delete(Paths.Socket);
    }

    private IEnumerable<string> Arguments()
    {
        yield return $"--root={Paths.State}";
        yield return $"--addr={Endpoint}";
        yield return $"--idle-timeout={_options.IdleTimeout}";
        if (_node.Files?.ContainsKey(BuildkitdConfigFiles.MainFile) == true)
            yield return $"--config={Path.Combine(Paths.Configuration, BuildkitdConfigFiles.MainFile)}";
        foreach (var flag in _node.BuildkitdFlags ?? [])
            yield return flag;
    }

    private async Task WaitUntilItAnswersAsync(DetachedProcess process, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        for (var wait = 1; EnginePeer.Find(Paths.Socket) is null; wait = Math.Min(wait + 1, 10))
        {
            if (process.HasExited(out var exitCode))
                throw new DriverException($"the engine of builder \"{_builder}\" ended while it started (exit code {exitCode}){DescribeLog()}");
            if (clock.Elapsed > StartTimeout)
            {
                _ = LibC.Kill(process.Id, LibC.SIGKILL);
                throw new DriverException($"the engine of builder \"{_builder}\" doesn't answer {StartTimeout.TotalSeconds:0} seconds after its start{DescribeLog()}");
            }
            // A starter that is cancelled leaves the engine alone: another one may be waiting for it.
            await Task.Delay(wait, cancellationToken);
        }
    }

    private EnginePeer? FindTrustedPeer()
    {
        var peer = EnginePeer.Find(Paths.Socket);
        var me = LibC.GetEffectiveUserId();
        return peer is null || peer.UserId == me || peer.UserId == 0
            ? peer
            : throw new DriverException($"{Paths.Socket} is served by a process of another user (uid {peer.UserId}); it isn't used");
    }

    private void EnsureDirectories()
    {
        try
        {
            Directory.CreateDirectory(Paths.Runtime, PrivateFile.DirectoryMode);
            Directory.CreateDirectory(Paths.State, PrivateFile.DirectoryMode);
            File.SetUnixFileMode(Paths.Runtime, PrivateFile.DirectoryMode);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DriverException(
                $"builder \"{_builder}\" can't make its directories: {e.Message} (set {EmbeddedPaths.StateVariable} and {EmbeddedPaths.RuntimeVariable} to keep them elsewhere)", e);
        }
    }

    private void WriteConfiguration()
    {
        Delete(Paths.Configuration);
        if (_node.Files is { Count: > 0 } files)
            BuildkitdConfigFiles.Materialize(files, Paths.Configuration);
    }

    private async Task<FileLock> LockAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await FileLock.AcquireAsync(Paths.Lock, cancellationToken);
        }
        catch (IOException e)
        {
            throw new DriverException($"builder \"{_builder}\": {e.Message}", e);
        }
    }

    private static void Delete(string directory)
    {
        try
        {
            if (Directory.Exists(directory))
                Directory.Delete(directory, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DriverException($"cannot remove {directory}: {e.Message}", e);
        }
    }

    private string DescribeLog()
    {
        try
        {
            var lines = File.ReadAllLines(Paths.Log);
            return lines.Length == 0
                ? $"; it logged nothing to {Paths.Log}"
                : $"; the end of {Paths.Log}:{Environment.NewLine}{string.Join(Environment.NewLine, lines.TakeLast(10).Select(line => "  " + line))}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
