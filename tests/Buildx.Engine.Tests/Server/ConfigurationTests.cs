using Buildx.Engine.Server.Configuration;

namespace Buildx.Engine.Tests.Server;

public sealed class ConfigurationTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void The_documented_registry_example_is_read()
    {
        var configuration = Read("""
            debug = true
            [registry."docker.io"]
              mirrors = ["mirror.cluster.k8s"]
              http = true
              insecure = true
              ca = ["/etc/ca.pem"]
              [[registry."docker.io".keypair]]
                key = "/etc/key.pem"
                cert = "/etc/cert.pem"
            [registry."mirror.cluster.k8s"]
              http = true
              insecure = true
            """, out var warnings);

        Assert.True(configuration.Debug);
        Assert.Empty(warnings);
        var docker = configuration.Registries["docker.io"];
        Assert.Equal(["mirror.cluster.k8s"], docker.Mirrors);
        Assert.True(docker.Http);
        Assert.Equal("/etc/cert.pem", Assert.Single(docker.KeyPairs).Certificate);
        Assert.True(configuration.Registries["mirror.cluster.k8s"].Insecure);
    }

    [Fact]
    public void A_value_of_the_wrong_type_names_file_and_key()
    {
        var error = Assert.Throws<ConfigurationException>(() => Read("[registry.\"a.b:5000\"]\nhttp = \"yes\"", out _));

        Assert.Contains(_file, error.Message, StringComparison.Ordinal);
        Assert.Contains("registry.\"a.b:5000\".http", error.Message, StringComparison.Ordinal);
        Assert.Contains("true or false", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_syntax_error_names_its_line()
    {
        var error = Assert.Throws<ConfigurationException>(() => Read("debug = true\nfoo = [\n", out _));

        Assert.StartsWith($"{_file}:3:1: not valid TOML: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Tomlyn", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_key_is_a_warning()
    {
        Read("[registry.\"docker.io\"]\nmirror = [\"x\"]", out var warnings);

        Assert.Contains("registry.\"docker.io\".mirror", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_flag_wins_over_the_file()
    {
        var configuration = Read("root = \"/from/file\"", out _, "--root", "/from/flag", "--addr=unix:///run/x.sock", "--idle-timeout=90s");

        Assert.Equal("/from/flag", configuration.Root);
        Assert.Equal("unix:///run/x.sock", Assert.Single(configuration.Addresses));
        Assert.Equal(TimeSpan.FromSeconds(90), configuration.IdleTimeout);
    }

    [Fact]
    public void Garbage_collection_policies_take_sizes_and_durations_in_all_forms()
    {
        var configuration = Read("""
            [[worker.oci.gcpolicy]]
              reservedSpace = "512MB"
              maxUsedSpace = 1024000000
              keepDuration = "48h"
              filters = ["type==source.local"]
            [[worker.oci.gcpolicy]]
              all = true
              keepDuration = 172800
            """, out _);

        var policies = configuration.GarbageCollection;
        Assert.NotNull(policies);
        Assert.Equal(512L << 20, policies[0].ReservedSpace);
        Assert.Equal(1_024_000_000, policies[0].MaxUsedSpace);
        Assert.Equal(TimeSpan.FromHours(48), policies[0].KeepDuration);
        Assert.True(policies[1].All);
        Assert.Equal(TimeSpan.FromHours(48), policies[1].KeepDuration);
    }

    [Theory]
    [InlineData(0, 2, 2, 2)]
    [InlineData(50, 6, 41, 11)]
    [InlineData(1000, 10, 100, 201)]
    public void The_caps_without_configuration_are_those_of_BuildKit(long disk, long reserved, long maximum, long free)
    {
        var caps = ConfigurationReader.DefaultCaps(disk << 30);

        Assert.Equal(new StorageCaps(reserved * 1_000_000_000, maximum * 1_000_000_000, free * 1_000_000_000), caps);
    }

    [Theory]
    [InlineData("--nonsense", "unknown flag --nonsense")]
    [InlineData("--root", "--root needs a value")]
    [InlineData("--debug=perhaps", "--debug: want true or false")]
    [InlineData("--tlscert=x", "--tlscert is not supported")]
    [InlineData("--addr=tcp://0.0.0.0:1", "only unix://")]
    public void A_bad_flag_is_named(string flag, string message)
    {
        var error = Assert.Throws<ConfigurationException>(() => Read("", out _, flag));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private EngineConfiguration Read(string toml, out IReadOnlyList<string> warnings, params string[] flags)
    {
        File.WriteAllText(_file, toml);
        return ConfigurationReader.Read(BuildkitdFlags.Parse(["--config", _file, .. flags]), out warnings);
    }
}
