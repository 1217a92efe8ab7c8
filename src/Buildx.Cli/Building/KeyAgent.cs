using System.ComponentModel;
using System.Diagnostics;

namespace Buildx.Cli.Building;

/// <summary>
/// An ssh agent with keys of files. It is OpenSSH's, which knows every kind of key, and ends with this process, however that ends.
/// </summary>
internal sealed class KeyAgent : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly DirectoryInfo _directory;
    private readonly Process _process;

    private KeyAgent(DirectoryInfo directory, Process process) => (_directory, _process) = (directory, process);

    public string Socket => Path.Combine(_directory.FullName, "agent");

    /// <exception cref="CliException">A key can't be used, or OpenSSH is not installed.</exception>
    public static async Task<KeyAgent> StartAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        // For its owner alone, as all temporary directories of .NET.
        var directory = Directory.CreateTempSubdirectory("buildx-ssh-");
        KeyAgent? agent = null;
        try
        {
            // The agent ends when its command does, and that one when nobody holds the other end of its input any more.
            agent = new KeyAgent(directory, Start("ssh-agent", ["-a", Path.Combine(directory.FullName, "agent"), "cat"], null));
            await agent.WaitAsync(cancellationToken);
            foreach (var key in keys)
                await agent.AddAsync(key, cancellationToken);
            return agent;
        }
        catch
        {
            if (agent is not null)
                await agent.DisposeAsync();
            else
                directory.Delete(recursive: true);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _process.Dispose();
        _directory.Delete(recursive: true);
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        for (var clock = Stopwatch.StartNew(); !File.Exists(Socket);)
        {
            if (_process.HasExited || clock.Elapsed > Patience)
                throw new CliException("--ssh: an ssh agent for the keys could not be started (ssh-agent); start one yourself and use --ssh default");
            await Task.Delay(5, cancellationToken);
        }
    }

    private async Task AddAsync(string key, CancellationToken cancellationToken)
    {
        // Through its input: as a file it would have to be readable for nobody else.
        byte[] content;
        try
        {
            content = await File.ReadAllBytesAsync(key, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"--ssh: the key {key} can't be read: {e.Message}", innerException: e);
        }
        using var add = Start("ssh-add", ["-q", "-"], Socket);
        var messages = add.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await add.StandardInput.BaseStream.WriteAsync(content, cancellationToken);
            add.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended early; its exit code tells.
        }
        await add.WaitForExitAsync(cancellationToken);
        await messages;
        if (add.ExitCode == 0)
            return;
        throw new CliException(content.AsSpan().IndexOf("PRIVATE KEY-----"u8) >= 0
            ? $"--ssh: the key {key} can't be used: it has a passphrase, or is damaged. One with a passphrase: add it to an ssh agent (ssh-add {key}) and use --ssh default"
            : $"--ssh: {key} is no private key");
    }

    private static Process Start(string program, IReadOnlyList<string> arguments, string? agent)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["SSH_AUTH_SOCK"] = agent;
        // Nobody is asked for a passphrase.
        start.Environment["SSH_ASKPASS_REQUIRE"] = "force";
        start.Environment["SSH_ASKPASS"] = "/bin/false";
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new CliException($"--ssh with a key needs the program {program}: install the package openssh-client, or use an agent that is running", innerException: e);
        }
    }
}
