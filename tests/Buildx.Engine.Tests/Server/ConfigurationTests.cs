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

        Assert.Equal(Microsoft.Extensions.Logging.LogLevel.Debug, configuration.Log.Level);
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
        Assert.Equal(new ListenAddress.Unix("/run/x.sock"), Assert.Single(configuration.Addresses));
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
    [InlineData("--tlscert=x", "--tlscert needs its key")]
    [InlineData("--tlscacert=x", "--tlscacert needs the server's own")]
    [InlineData("--addr=/run/x.sock", "did you mean unix:///run/x.sock?")]
    [InlineData("--addr=tcp://0.0.0.0", "want tcp://host:port")]
    [InlineData("--log-level=loud", "log level \"loud\" is not known")]
    [InlineData("--log-format=xml", "log format \"xml\" is not known")]
    [InlineData("--allow-insecure-entitlement=everything", "entitlement \"everything\" is not known")]
    [InlineData("--group=nobody-has-this", "no group \"nobody-has-this\"")]
    [InlineData("--oci-worker=false", "can't be switched off")]
    [InlineData("--containerd-worker=true", "no containerd worker")]
    [InlineData("--oci-worker-net=bridge", "worker network \"bridge\"")]
    [InlineData("--oci-worker-selinux", "SELinux")]
    [InlineData("--proxy-network", "proxy network is not supported")]
    public void A_bad_flag_is_named(string flag, string message)
    {
        var error = Assert.Throws<ConfigurationException>(() => Read("", out _, flag));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_sections_of_the_documented_file_are_read()
    {
        var configuration = Read("""
            root = "/state"
            insecure-entitlements = ["network.host", "security.insecure"]
            [log]
              format = "json"
              level = "warn"
            [dns]
              nameservers = ["1.1.1.1"]
              options = ["edns0"]
              searchDomains = ["example.com"]
            [grpc]
              address = ["tcp://0.0.0.0:1234", "unix:///run/x.sock", "fd://"]
              debugAddress = "127.0.0.1:6060"
              uid = 0
              gid = 7
              [grpc.tls]
                cert = "/tls.crt"
                key = "/tls.key"
                ca = "/tlsca.crt"
            [history]
              maxAge = 172800
              maxEntries = 7
            [worker.oci]
              enabled = true
              snapshotter = "auto"
              rootless = false
              gc = true
              defaultCgroupParent = "buildkit"
              max-parallelism = 4
              [worker.oci.labels]
                "foo" = "bar"
            [worker.containerd]
              enabled = false
              [worker.containerd.labels]
                "foo" = "bar"
            [frontend."dockerfile.v0"]
              enabled = true
            [system]
              platformsCacheMaxAge = "1h"
              maxRegistryConcurrency = 3
            """, out var warnings);

        Assert.Empty(warnings);
        Assert.Equal(["tcp://0.0.0.0:1234", "unix:///run/x.sock", "fd://"], configuration.Addresses.Select(address => address.ToString()!));
        Assert.Equal(new ListenAddress.Tcp("127.0.0.1", 6060), configuration.DebugAddress);
        Assert.Equal(new TlsFiles("/tls.crt", "/tls.key", "/tlsca.crt"), configuration.Tls);
        Assert.Equal(new SocketOwner(0, 7), configuration.SocketOwner);
        Assert.Equal(new LogConfiguration(Microsoft.Extensions.Logging.LogLevel.Warning, IsJson: true), configuration.Log);
        Assert.Equal(["1.1.1.1"], configuration.Dns.Servers);
        Assert.Equal(new HistoryLimits(TimeSpan.FromDays(2), 7), configuration.History);
        Assert.Equal("buildkit", configuration.CgroupParent);
        Assert.Equal(3, configuration.MaximumRegistryConcurrency);
        Assert.Equal("bar", configuration.Labels["foo"]);
    }

    [Theory]
    [InlineData("[frontend.\"gateway.v0\"]\nallowedRepositories = [\"Not A Name\"]", "is not the name of an image")]
    [InlineData("[system]\nmaxRegistryConcurrency = 0", "want more than 0")]
    [InlineData("[worker.oci]\nselinux = true", "SELinux")]
    [InlineData("[worker.containerd]\nenabled = true", "no containerd worker")]
    [InlineData("[cache.gha.verify]\nrequired = true", "are not verified in this version")]
    [InlineData("[ghacache.sign]\ncmd = \"cosign\"", "are not signed in this version")]
    public void A_setting_that_somebody_would_rely_on_is_refused_with_the_reason(string toml, string message)
    {
        var error = Assert.Throws<ConfigurationException>(() => Read(toml, out _));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_setting_that_changes_nothing_that_can_be_seen_is_passed_over_with_a_warning()
    {
        Read("[otel]\nsocketPath = \"/run/otel.sock\"\n[worker.oci]\nsnapshotter = \"native\"", out var warnings, "--rootless");

        Assert.Equal(3, warnings.Count);
        Assert.All(warnings, warning => Assert.EndsWith("has no effect in this engine", warning, StringComparison.Ordinal));
    }

    [Fact]
    public void Frontends_can_be_switched_off_and_images_restricted()
    {
        var limits = Read("[frontend.\"dockerfile.v0\"]\nenabled = false\n[frontend.\"gateway.v0\"]\nallowedRepositories = [\"docker/dockerfile-upstream\", \"a.b/c\"]", out _).Frontends;

        Assert.Equal((false, true), (limits.HasDockerfile, limits.HasGateway));
        Assert.Equal(["docker.io/docker/dockerfile-upstream", "a.b/c"], limits.Repositories);
    }

    private EngineConfiguration Read(string toml, out IReadOnlyList<string> warnings, params string[] flags)
    {
        File.WriteAllText(_file, toml);
        return ConfigurationReader.Read(BuildkitdFlags.Parse(["--config", _file, .. flags]), out warnings);
    }
}
