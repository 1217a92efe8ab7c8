using System.Text;
using Buildx.Drivers.Configuration;
using Buildx.Drivers.Embedded;
using Buildx.Drivers.Store;
using Buildx.TestSupport;

namespace Buildx.Drivers.Tests.Embedded;

[Collection("environment")]
public sealed class EmbeddedDriverTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<EmbeddedDriver> _drivers = [];

    public ValueTask InitializeAsync()
    {
        Environment.SetEnvironmentVariable(EmbeddedPaths.StateVariable, Path.Combine(_directory.Path, "state"));
        Environment.SetEnvironmentVariable(EmbeddedPaths.RuntimeVariable, Path.Combine(_directory.Path, "run"));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var driver in _drivers)
            await driver.StopAsync();
        Environment.SetEnvironmentVariable(EmbeddedPaths.StateVariable, null);
        Environment.SetEnvironmentVariable(EmbeddedPaths.RuntimeVariable, null);
        _directory.Dispose();
    }

    [Fact]
    public async Task Ten_that_start_it_at_once_get_one_engine()
    {
        var drivers = Enumerable.Range(0, 10).Select(_ => Open()).ToList();
        await Task.WhenAll(drivers.Select(driver => Task.Run(() => driver.StartAsync())));
        Assert.Single(Starts());
        Assert.Equal(DriverStatus.Running, await drivers[0].GetStatusAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_killed_engine_and_its_stale_socket_are_survived()
    {
        var driver = Open();
        await driver.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var peer = EnginePeer.Find(driver.Paths.Socket)!;
        _ = Native.LibC.Kill(peer.ProcessId, Native.LibC.SIGKILL);
        while (peer.IsAlive())
            await Task.Delay(5, TestContext.Current.CancellationToken);
        Assert.True(File.Exists(driver.Paths.Socket));
        Assert.Equal(DriverStatus.Stopped, await driver.GetStatusAsync(TestContext.Current.CancellationToken));

        await driver.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(2, Starts().Length);
    }

    [Fact]
    public async Task Stopping_ends_the_process_and_keeps_the_state()
    {
        var driver = Open();
        await driver.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var peer = EnginePeer.Find(driver.Paths.Socket)!;
        await driver.StopAsync(TestContext.Current.CancellationToken);
        Assert.False(peer.IsAlive());
        Assert.Equal(DriverStatus.Stopped, await driver.GetStatusAsync(TestContext.Current.CancellationToken));
        await driver.StopAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Removing_deletes_the_state_unless_it_is_to_be_kept(bool keep)
    {
        var driver = Open();
        await driver.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await driver.RemoveAsync(keep, TestContext.Current.CancellationToken);
        Assert.Equal(keep, Directory.Exists(driver.Paths.State));
        Assert.False(Directory.Exists(driver.Paths.Runtime));
    }

    [Fact]
    public async Task An_engine_that_fails_to_start_shows_the_end_of_its_log()
    {
        var driver = Open();
        _directory.Write("state/b/fail", "");
        var exception = await Assert.ThrowsAsync<DriverException>(() => driver.StartAsync(cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("no space left for this engine", exception.Message, StringComparison.Ordinal);
        Assert.Contains("exit code 3", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_engine_gets_its_configuration_with_certificates_from_where_they_lie_now()
    {
        var ca = _directory.Write("user/ca.pem", "certificate");
        var toml = _directory.Write("user/buildkitd.toml", $"""
            # kept
            [registry."my.registry:5000"]
              ca = ["{ca}"]
            """);
        var files = BuildkitdConfigFiles.Load(toml);
        Assert.Contains("/etc/buildkit/certs/my.registry_5000/ca.pem", Encoding.UTF8.GetString(files["buildkitd.toml"]), StringComparison.Ordinal);

        var driver = Open(files, ["--debug"]);
        await driver.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var start = Assert.Single(Starts());
        Assert.Contains($"--config={driver.Paths.Configuration}/buildkitd.toml", start, StringComparison.Ordinal);
        Assert.EndsWith("--debug", start, StringComparison.Ordinal);
        var given = await File.ReadAllTextAsync(Path.Combine(driver.Paths.Configuration, "buildkitd.toml"), TestContext.Current.CancellationToken);
        Assert.Contains($"{driver.Paths.Configuration}/certs/my.registry_5000/ca.pem", given, StringComparison.Ordinal);
        Assert.Contains("# kept", given, StringComparison.Ordinal);
        Assert.Equal("certificate", await File.ReadAllTextAsync(Path.Combine(driver.Paths.Configuration, "certs/my.registry_5000/ca.pem"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_directory_of_the_socket_is_for_its_owner_only()
    {
        var driver = Open();
        await driver.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(driver.Paths.Runtime));
    }

    [Theory]
    [InlineData("idle-timeout", "soon", "is not a duration")]
    [InlineData("memory", "1g", "has no option \"memory\"")]
    public void A_wrong_driver_option_is_refused(string name, string value, string message) => Assert.Contains(
        message, Assert.Throws<DriverException>(() => EmbeddedOptions.Parse(new Dictionary<string, string> { [name] = value })).Message, StringComparison.Ordinal);

    private EmbeddedDriver Open(IReadOnlyDictionary<string, byte[]>? files = null, List<string>? flags = null)
    {
        var node = new NodeRecord { Name = "b0", Files = files?.ToDictionary(), BuildkitdFlags = flags };
        var driver = new EmbeddedDriver(new BuilderRecord { Name = "b", Driver = "embedded", Nodes = [node] }, node, StandInEngine.Command);
        _drivers.Add(driver);
        return driver;
    }

    private string[] Starts() => File.ReadAllLines(Path.Combine(_directory.Path, "state", "b", "starts"));
}
