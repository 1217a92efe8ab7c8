using Buildx.Drivers.Kubernetes;
using Buildx.Drivers.Store;

namespace Buildx.Drivers.Tests.Kubernetes;

public sealed class WorkloadTests
{
    [Fact]
    public void The_configuration_and_each_directory_of_certificates_is_a_mounted_config_map()
    {
        var workload = Create([], ("buildkitd.toml", "debug = true"), ("certs/b.example.com/ca.pem", "b"), ("certs/a.example.com/ca.pem", "a"), ("certs/a.example.com/key.pem", "k"));

        Assert.Equal(["my-node-config", "my-node-config-1", "my-node-config-2"], workload.ConfigMapNames);
        Assert.Equal(
            ["""{"buildkitd.toml":"debug = true"}""", """{"ca.pem":"a","key.pem":"k"}""", """{"ca.pem":"b"}"""],
            workload.ToConfigMaps().Select(map => map["data"]!.ToJsonString()));
        Assert.Equal(
            ["config /etc/buildkit", "config-1 /etc/buildkit/certs/a.example.com", "config-2 /etc/buildkit/certs/b.example.com"],
            workload.ToJson()["spec"]!["template"]!["spec"]!["containers"]![0]!["volumeMounts"]!.AsArray().Select(mount => $"{mount!["name"]} {mount["mountPath"]}"));
    }

    [Fact]
    public void A_stored_file_outside_its_directory_is_refused() =>
        Assert.Contains("lies outside its directory", Assert.Throws<DriverException>(() => Create([], ("../../secret/x", ""))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_rootless_pod_of_a_stateful_set_has_its_cache_in_the_claimed_volume()
    {
        var workload = Create(new() { ["rootless"] = "true", ["persistent-volume-claim.requests.storage"] = "1Gi", ["replicas"] = "2" });

        var specification = workload.ToJson()["spec"]!;
        Assert.Equal("""[{"name":"buildkitd","mountPath":"/home/user/.local/share/buildkit"}]""", specification["template"]!["spec"]!["containers"]![0]!["volumeMounts"]!.ToJsonString());
        Assert.Null(specification["template"]!["spec"]!["volumes"]);
        Assert.Equal(["buildkitd-my-node-0", "buildkitd-my-node-1"], workload.VolumeClaimNames);
    }

    [Fact]
    public void What_is_asked_for_as_a_request_is_no_limit()
    {
        var container = Create(new() { ["requests.ephemeral-storage"] = "5Gi" }).ToJson()["spec"]!["template"]!["spec"]!["containers"]![0]!;

        Assert.Equal("""{"requests":{"ephemeral-storage":"5Gi"}}""", container["resources"]!.ToJsonString());
    }

    private static Workload Create(Dictionary<string, string> options, params (string Name, string Content)[] files) => new(
        new NodeRecord { Name = "my_node", Files = files.ToDictionary(file => file.Name, file => System.Text.Encoding.UTF8.GetBytes(file.Content)) },
        KubernetesOptions.Parse(options), "default");
}
