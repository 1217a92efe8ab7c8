using System.Diagnostics;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>A Docker Engine beside whatever else runs here: everything of it lies in one directory.</summary>
internal sealed class DockerEngine : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private Process _process = null!;

    public string Host => $"unix://{_directory.Path}/docker.sock";

    public static async Task<DockerEngine> StartAsync()
    {
        var engine = new DockerEngine();
        var path = engine._directory.Path;
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(
            $"exec {Peers.DockerDaemon} --data-root {path}/data --exec-root {path}/exec -p {path}/pid -H {engine.Host} "
            + $"--storage-driver=vfs --bridge=none --iptables=false --ip6tables=false >{path}/log 2>&1");
        engine._process = Process.Start(start)!;
        var clock = Stopwatch.StartNew();
        while ((await new Tool(Peers.DockerCli).ExecuteAsync("-H", engine.Host, "version")).ExitCode != 0)
        {
            if (engine._process.HasExited || clock.Elapsed > TimeSpan.FromMinutes(1))
                throw new InvalidOperationException("dockerd did not start:\n" + await File.ReadAllTextAsync(path + "/log"));
            await Task.Delay(200);
        }
        return engine;
    }

    public async Task<string> DockerAsync(params string[] arguments) => await Tool.RunAsync(Peers.DockerCli, ["-H", Host, .. arguments]);

    public async ValueTask DisposeAsync()
    {
        await new Tool("kill").ExecuteAsync(_process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await _process.WaitForExitAsync();
        _process.Dispose();
        _directory.Dispose();
    }
}
