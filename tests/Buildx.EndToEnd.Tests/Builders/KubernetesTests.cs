using System.Text.Json.Nodes;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Builders;

/// <summary>The driver <c>kubernetes</c> against a stand-in for a cluster, whose pods are engines as processes of this machine.</summary>
public sealed class KubernetesTests(BaseImageRegistry bases)
{
    private const string Dockerfile = "FROM busybox:1.36\nRUN cat /proc/sys/kernel/random/uuid > /id\n";

    [Fact]
    public async Task A_build_goes_through_the_pod_of_a_deployment()
    {
        await using var kube = await KubernetesPlace.CreateAsync(bases);
        var place = kube.Place;
        place.Write("Dockerfile", Dockerfile);
        await kube.CreateBuilderAsync("ours", "--driver-opt", "env.WHO=ours,qemu.install=true");
        Assert.Empty(kube.Cluster.Names("deployments"));
        Assert.Matches("Status: +inactive", await place.BuildxAsync("inspect", "ours"));

        var inspected = await place.BuildxAsync("inspect", "--bootstrap", "ours");

        var pod = Assert.Single(kube.Cluster.Names("pods"));
        Assert.Matches($"Name: +{pod}", inspected);
        Assert.Matches("Status: +running", inspected);
        Assert.Contains("kubernetes:///ours?deployment=ours-node&kubeconfig=", inspected, StringComparison.Ordinal);
        Assert.Contains("linux/amd64", inspected, StringComparison.Ordinal);
        Assert.Contains(pod, await place.BuildxAsync("ls"), StringComparison.Ordinal);
        await place.BuildAsync("--builder", "ours", "-o", $"type=local,dest={place.Path}/first");
        await place.BuildAsync("--builder", "ours", "-o", $"type=local,dest={place.Path}/second");
        Assert.Equal(kube.Read("first/id"), kube.Read("second/id"));
        Assert.Contains("RUN cat", await place.BuildxAsync("du", "--builder", "ours", "--verbose"), StringComparison.Ordinal);
        Assert.Contains(bases.Server.Host, (string)kube.Object("configmaps", "ours-node-config")["data"]!["buildkitd.toml"]!, StringComparison.Ordinal);

        await place.BuildxAsync("stop", "ours");
        Assert.Matches("Status: +running", await place.BuildxAsync("inspect", "ours"));
        await place.BuildxAsync("rm", "--keep-daemon", "ours");
        Assert.Equal([pod], kube.Cluster.Names("pods"));
        await kube.CreateBuilderAsync("ours");
        await place.BuildxAsync("rm", "ours");
        Assert.Empty(kube.Cluster.Names("deployments").Concat(kube.Cluster.Names("configmaps")).Concat(kube.Cluster.Names("pods")));
        kube.AssertRoleSuffices();
    }

    [Fact]
    public async Task A_large_context_and_a_failing_step_go_through_as_well()
    {
        await using var kube = await KubernetesPlace.CreateAsync(bases);
        kube.Cluster.Protocol = "v4.channel.k8s.io";
        var place = kube.Place;
        var data = new byte[20 << 20];
        Random.Shared.NextBytes(data);
        await File.WriteAllBytesAsync(place.Project + "/data", data, TestContext.Current.CancellationToken);
        place.Write("Dockerfile", "FROM scratch\nCOPY data /\n");
        await kube.CreateBuilderAsync("ours");

        await place.BuildAsync("--builder", "ours", "-o", $"type=local,dest={place.Path}/out");

        Assert.Equal(data, await File.ReadAllBytesAsync(place.Path + "/out/data", TestContext.Current.CancellationToken));
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN echo seen && false\n");
        Assert.Contains("Dockerfile:2", await kube.FailAsync("build", "--builder", "ours", "--progress=plain", place.Project), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_stays_with_its_pod_and_random_balancing_uses_all()
    {
        await using var kube = await KubernetesPlace.CreateAsync(bases);
        var place = kube.Place;
        place.Write("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");
        await kube.CreateBuilderAsync("sticky", "--bootstrap", "--driver-opt", "replicas=2");
        var pods = kube.Cluster.Names("pods");
        Assert.Equal(2, pods.Count);
        var inspected = await place.BuildxAsync("inspect", "sticky");
        Assert.All(pods, pod => Assert.Contains(pod, inspected, StringComparison.Ordinal));
        Assert.Contains("\"Dynamic\":true", await place.BuildxAsync("ls", "--format", "json"), StringComparison.Ordinal);

        var before = kube.Cluster.Executions.Count;
        for (var i = 0; i < 3; i++)
            await place.BuildAsync("--builder", "sticky", "-o", $"type=local,dest={place.Path}/out");
        var chosen = Assert.Single(kube.Cluster.Executions.Skip(before).Distinct());

        // A pod that is taken away gives its builds to those that are there.
        await kube.Cluster.EvictAsync(chosen);
        await place.BuildAsync("--builder", "sticky", "-o", $"type=local,dest={place.Path}/out");
        Assert.NotEqual(chosen, kube.Cluster.Executions[^1]);
        await place.BuildxAsync("rm", "sticky");

        await kube.CreateBuilderAsync("random", "--bootstrap", "--driver-opt", "replicas=2,loadbalance=random");
        before = kube.Cluster.Executions.Count;
        for (var i = 0; i < 40 && kube.Cluster.Executions.Skip(before).Distinct().Count() < 2; i++)
            await place.BuildAsync("--builder", "random", "-o", $"type=local,dest={place.Path}/out");
        Assert.Equal(kube.Cluster.Names("pods"), kube.Cluster.Executions.Skip(before).Distinct().Order());
    }

    [Fact]
    public async Task The_commands_of_the_documentation_lead_from_one_machine_to_a_cluster()
    {
        await using var registry = await RegistryServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var kube = await KubernetesPlace.CreateAsync(bases, more: $"[registry.\"{registry.Host}\"]\nhttp = true\n");
        var place = kube.Place;
        place.Write("Dockerfile", Dockerfile);
        place.Write("buildkitd.toml", kube.Read("buildkitd.toml"));
        var section = (await File.ReadAllTextAsync(Repository.Root + "/docs/drivers.md", TestContext.Current.CancellationToken)).Split("### From one machine to a cluster")[1].Split("\n## ")[0];
        var commands = section.Split('\n').Where(line => line.StartsWith("$ buildx ", StringComparison.Ordinal)).Select(line => line["$ buildx ".Length..].Split("  #")[0].Trim()).ToList();
        Assert.Equal(5, commands.Count);

        foreach (var command in commands)
            await place.BuildxAsync(command.Replace("registry.example.com", registry.Host, StringComparison.Ordinal).Split(' '));

        Assert.Equal(3, kube.Cluster.Names("pods").Count);
        Assert.Contains("\"Name\": \"" + registry.Host + "/app\"", await Tool.RunAsync("skopeo", "inspect", "--tls-verify=false", $"docker://{registry.Host}/app"), StringComparison.Ordinal);
        Assert.Contains("cluster*", await place.BuildxAsync("ls"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stateful_set_keeps_its_volumes_when_asked_to()
    {
        await using var kube = await KubernetesPlace.CreateAsync(bases);
        var place = kube.Place;
        place.Write("Dockerfile", Dockerfile);
        string[] options = ["--driver-opt", "replicas=2,persistent-volume-claim.requests.storage=1Gi,namespace=builds"];
        await kube.CreateBuilderAsync("ours", options);

        await place.BuildAsync("--builder", "ours", "-o", $"type=local,dest={place.Path}/out");

        Assert.Equal(["ours-node-0", "ours-node-1"], kube.Cluster.Names("pods"));
        var set = kube.Object("statefulsets", "ours-node");
        Assert.Equal("builds", (string?)set["metadata"]!["namespace"]);
        Assert.Equal("1Gi", (string?)set["spec"]!["volumeClaimTemplates"]![0]!["spec"]!["resources"]!["requests"]!["storage"]);
        Assert.Equal(["/etc/buildkit", "/var/lib/buildkit"], Mounts(set));
        await place.BuildxAsync("rm", "--keep-state", "ours");
        Assert.Empty(kube.Cluster.Names("pods"));
        Assert.Equal(["buildkitd-ours-node-0", "buildkitd-ours-node-1"], kube.Cluster.Names("persistentvolumeclaims"));
        await kube.CreateBuilderAsync("ours", options);
        await place.BuildxAsync("rm", "ours");
        Assert.Empty(kube.Cluster.Names("persistentvolumeclaims"));
        kube.AssertRoleSuffices();
    }

    [Fact]
    public async Task Every_option_reaches_its_object()
    {
        await using var kube = await KubernetesPlace.CreateAsync(bases);
        await kube.CreateBuilderAsync(
            "ours", "--bootstrap", "--platform", "linux/amd64,linux/arm64", "--buildkitd-flags", "--debug",
            "--driver-opt", "image=example.com/engine:v1,requests.cpu=100m,requests.memory=512Mi,requests.ephemeral-storage=1Gi,limits.cpu=2,limits.memory=4Gi,limits.ephemeral-storage=8Gi",
            "--driver-opt", "serviceaccount=builder,schedulername=other,buildkit-root-volume-memory=1Gi,timeout=90s,env.A=b,qemu.install=true,qemu.image=example.com/binfmt:v1",
            "--driver-opt", "\"nodeselector=kubernetes.io/arch=arm64,disk=ssd\"", "--driver-opt", "\"annotations=example.com/a=b,c=d\"", "--driver-opt", "\"labels=team=x,tier=build\"",
            "--driver-opt", "\"tolerations=key=builds,operator=Equal,value=yes,effect=NoExecute,tolerationSeconds=60;key=spot,operator=Exists\"");

        var workload = kube.Object("deployments", "ours-node");
        var pod = workload["spec"]!["template"]!["spec"]!;
        var container = pod["containers"]![0]!;
        AssertJson("""{"app":"ours-node","team":"x","tier":"build"}""", workload["spec"]!["selector"]!["matchLabels"]);
        AssertJson("""{"buildx.docker.com/platform":"linux/amd64,linux/arm64","c":"d","example.com/a":"b"}""", workload["metadata"]!["annotations"]);
        AssertJson("""{"requests":{"cpu":"100m","ephemeral-storage":"1Gi","memory":"512Mi"},"limits":{"cpu":"2","ephemeral-storage":"8Gi","memory":"4Gi"}}""", container["resources"]);
        AssertJson("""{"disk":"ssd","kubernetes.io/arch":"arm64"}""", pod["nodeSelector"]);
        AssertJson("""[{"key":"builds","operator":"Equal","value":"yes","effect":"NoExecute","tolerationSeconds":60},{"key":"spot","operator":"Exists"}]""", pod["tolerations"]);
        AssertJson("""[{"name":"qemu","image":"example.com/binfmt:v1","args":["--install","all"],"securityContext":{"privileged":true}}]""", pod["initContainers"]);
        AssertJson("""[{"name":"config","configMap":{"name":"ours-node-config"}},{"name":"buildkit-memory","emptyDir":{"medium":"Memory","sizeLimit":"1Gi"}}]""", pod["volumes"]);
        AssertJson("""["--debug","--allow-insecure-entitlement=network.host"]""", container["args"]);
        AssertJson("""[{"name":"A","value":"b"}]""", container["env"]);
        Assert.Equal(("builder", "other", "example.com/engine:v1"), ((string?)pod["serviceAccountName"], (string?)pod["schedulerName"], (string?)container["image"]));
        Assert.Contains("linux/arm64*", await kube.Place.BuildxAsync("inspect", "ours"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_without_root_builds()
    {
        await using var kube = await KubernetesPlace.CreateAsync(bases);
        kube.Place.Write("Dockerfile", Dockerfile);
        await kube.CreateBuilderAsync("ours", "--driver-opt", "rootless=true");

        await kube.Place.BuildAsync("--builder", "ours", "-o", $"type=local,dest={kube.Place.Path}/out");

        var template = kube.Object("deployments", "ours-node")["spec"]!["template"]!;
        var container = template["spec"]!["containers"]![0]!;
        Assert.Equal("moby/buildkit:buildx-stable-1-rootless", (string?)container["image"]);
        AssertJson("""{"seccompProfile":{"type":"Unconfined"}}""", container["securityContext"]);
        AssertJson("""{"container.apparmor.security.beta.kubernetes.io/buildkitd":"unconfined"}""", template["metadata"]!["annotations"]);
        AssertJson("""["--allow-insecure-entitlement=network.host","--oci-worker-no-process-sandbox","--config=/etc/buildkit/buildkitd.toml"]""", container["args"]);
        AssertJson("""[{"name":"config","mountPath":"/etc/buildkit"},{"name":"buildkitd","mountPath":"/home/user/.local/share/buildkit"}]""", container["volumeMounts"]);
    }

    [Fact]
    public async Task The_real_Buildx_makes_the_same_objects_and_each_finds_what_the_other_made()
    {
        await using var kube = await KubernetesPlace.CreateAsync(bases);
        await using var another = await KubernetesPlace.CreateAsync(bases);
        string[] arguments =
        [
            "create", "--name", "both", "--node", "both_node", "--driver", "kubernetes", "--bootstrap", "--platform", "linux/amd64", "--buildkitd-config", kube.Place.Path + "/buildkitd.toml",
            "--driver-opt", "replicas=2,requests.cpu=100m,limits.memory=4Gi,buildkit-root-volume-memory=1Gi,qemu.install=true,serviceaccount=s,schedulername=o,env.A=b",
            "--driver-opt", "\"labels=team=x,tier=y\"", "--driver-opt", "\"annotations=a=b\"", "--driver-opt", "\"nodeselector=a=b\"", "--driver-opt", "\"tolerations=key=a,operator=Exists,effect=NoExecute,tolerationSeconds=5\"",
        ];
        var theirs = another.Place.Tool(await Peers.GetBuildxAsync());

        await kube.Place.BuildxAsync(arguments);
        await theirs.SucceedAsync(arguments);

        AssertSame(another.Object("deployments", "both-node"), kube.Object("deployments", "both-node"));
        Assert.Equal(Keys(another.Object("configmaps", "both-node-config")), Keys(kube.Object("configmaps", "both-node-config")));
        Assert.Matches("Status: +running", await another.Place.BuildxAsync("inspect", "both"));
        await another.Place.BuildxAsync("rm", "both");
        Assert.Empty(another.Cluster.Names("deployments").Concat(another.Cluster.Names("configmaps")));
        await kube.Place.Tool(theirs.Name).SucceedAsync("rm", "both");
        Assert.Empty(kube.Cluster.Names("deployments").Concat(kube.Cluster.Names("configmaps")));
    }

    private static IEnumerable<string?> Mounts(JsonNode workload) =>
        ((JsonArray)workload["spec"]!["template"]!["spec"]!["containers"]![0]!["volumeMounts"]!).Select(mount => (string?)mount!["mountPath"]);

    /// <summary>Of the data: Buildx 0.29 writes the daemon's configuration anew, newer ones take it as it is.</summary>
    private static IEnumerable<string> Keys(JsonNode configMap) => ((JsonObject)configMap["data"]!).Select(entry => entry.Key);

    private static void AssertJson(string expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"want {expected}\nis   {actual?.ToJsonString()}");

    private static void AssertSame(JsonNode expected, JsonNode actual)
    {
        var (want, have) = (Simplify(expected)!, Simplify(actual)!);
        foreach (var side in new[] { want, have })
        {
            // Buildx 0.29 leaves the namespace to the address, and has no liveness probe and no times for the other; the newest has.
            ((JsonObject)side["metadata"]!).Remove("namespace");
            var container = (JsonObject)side["spec"]!["template"]!["spec"]!["containers"]![0]!;
            container.Remove("livenessProbe");
            container["readinessProbe"] = container["readinessProbe"]!["exec"]!.DeepClone();
        }
        Assert.True(JsonNode.DeepEquals(want, have), $"want {want.ToJsonString()}\nis   {have.ToJsonString()}");
    }

    /// <summary>Without what says nothing: no value, or a value with nothing in it.</summary>
    private static JsonNode? Simplify(JsonNode? node) => node switch
    {
        JsonObject map => map.Select(entry => KeyValuePair.Create(entry.Key, Simplify(entry.Value))).Where(entry => entry.Value is not null).ToList() is { Count: > 0 } left ? new JsonObject(left) : null,
        JsonArray list => list.Count > 0 ? new JsonArray([.. list.Select(Simplify)]) : null,
        _ => node?.DeepClone(),
    };
}
