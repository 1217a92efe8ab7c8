using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Builders;

/// <summary>How a cluster is found and reached, and what is said when something is in the way; the cluster is a stand-in.</summary>
public sealed class KubernetesAccessTests(BaseImageRegistry bases)
{
    [Fact]
    public async Task A_pod_that_somebody_else_runs_is_a_remote_builder()
    {
        await using var kube = await KubernetesPlace.CreateAsync(bases, usesTls: true);
        var place = kube.Place;
        await kube.CreateBuilderAsync("theirs", "--bootstrap");
        var pod = Assert.Single(kube.Cluster.Names("pods"));
        place.Write("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");

        await place.BuildxAsync("create", "--name", "far", "--driver", "remote", $"kube-pod://{pod}?context=stand-in&namespace=default&container=buildkitd");
        await place.BuildAsync("--builder", "far", "-o", $"type=local,dest={place.Path}/out");

        Assert.Equal("FROM scratch\nCOPY Dockerfile /\n", kube.Read("out/Dockerfile"));
        Assert.Matches("Status: +running", await place.BuildxAsync("inspect", "far"));
        await place.BuildxAsync("create", "--name", "nobody", "--driver", "remote", "kube-pod://nobody");
        Assert.Contains("pods \"nobody\" not found", await kube.FailAsync("build", "--builder", "nobody", place.Project), StringComparison.Ordinal);
        await place.BuildxAsync("create", "--name", "wrong", "--driver", "remote", $"kube-pod://{pod}?container=sidecar");
        Assert.Contains("container sidecar is not valid", await kube.FailAsync("build", "--builder", "wrong", place.Project), StringComparison.Ordinal);
        await place.BuildxAsync("create", "--name", "lost", "--driver", "remote", $"kube-pod://{pod}?context=elsewhere");
        Assert.Contains("no context \"elsewhere\" (there are: stand-in)", await kube.FailAsync("build", "--builder", "lost", place.Project), StringComparison.Ordinal);
        Assert.Contains("is no name of a pod", await kube.FailAsync("create", "--driver", "remote", "kube-pod://some_pod"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_or_a_program_may_have_the_credentials()
    {
        await using var kube = await KubernetesPlace.CreateAsync(bases, usesTls: true, user: "    client-certificate: client.pem\n    client-key: client-key.pem");
        var place = kube.Place;
        foreach (var file in new[] { TestCertificates.ClientCertificateFile, TestCertificates.ClientKeyFile })
            File.Copy(kube.Cluster.FilePath(file), Path.Combine(place.Path, file));
        await kube.CreateBuilderAsync("ours", "--bootstrap");
        Assert.Matches("Status: +running", await place.BuildxAsync("inspect", "ours"));

        place.Write("../credentials", $$$"""
            #!/bin/sh
            case $KUBERNETES_EXEC_INFO in *'"apiVersion":"client.authentication.k8s.io/v1"'*) ;; *) exit 1 ;; esac
            [ "$1 $WHO" = "token me" ] || { echo "who are you?" >&2; exit 2; }
            echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"{{{kube.Cluster.Token}}}"}}'
            """);
        File.SetUnixFileMode(place.Path + "/credentials", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        const string Program = "    exec:\n      apiVersion: client.authentication.k8s.io/v1\n      command: ./credentials\n      args: [token]\n      env: [{name: WHO, value: ";
        kube.Configure(Program + "me}]");
        Assert.Matches("Status: +running", await place.BuildxAsync("inspect", "ours"));
        kube.Configure(Program + "you}]");
        Assert.Contains("ended with 2: who are you?", await place.BuildxAsync("inspect", "ours"), StringComparison.Ordinal);
        kube.Configure("    exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such-program, installHint: get it from your cloud}");
        Assert.Contains("get it from your cloud", await place.BuildxAsync("inspect", "ours"), StringComparison.Ordinal);
        kube.Configure();
    }

    [Fact]
    public async Task What_keeps_from_the_cluster_is_said()
    {
        await using var kube = await KubernetesPlace.CreateAsync(bases, usesTls: true);
        var place = kube.Place;
        await kube.CreateBuilderAsync("ours");

        kube.Configure("    token: wrong-secret");
        var refused = await kube.FailAsync("inspect", "--bootstrap", "ours");
        Assert.Contains("does not know who we are", refused, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-secret", refused, StringComparison.Ordinal);
        kube.Configure();
        kube.Cluster.Forbidden.Add("create deployments");
        Assert.Contains("does not allow us to create Deployment ours-node: deployments is forbidden", await kube.FailAsync("inspect", "--bootstrap", "ours"), StringComparison.Ordinal);
        kube.Cluster.Forbidden.Clear();
        kube.Cluster.Forbidden.Add("exec pods");
        place.Write("Dockerfile", "FROM scratch\n");
        Assert.Contains("does not allow us to run buildctl in pod", await kube.FailAsync("build", "--builder", "ours", place.Project), StringComparison.Ordinal);
        kube.Cluster.Forbidden.Clear();

        var config = kube.Cluster.KubeConfig();
        place.Write("../kubeconfig", string.Join('\n', config.Split('\n').Where(line => !line.Contains("authority", StringComparison.Ordinal))));
        Assert.Contains("is not to be trusted", await place.BuildxAsync("inspect", "ours"), StringComparison.Ordinal);
        place.Write("../kubeconfig", config.Replace("current-context: stand-in", "", StringComparison.Ordinal));
        Assert.Contains("has no current context", await place.BuildxAsync("inspect", "ours"), StringComparison.Ordinal);
        place.Write("../kubeconfig", config.Replace("cluster: here", "cluster: there", StringComparison.Ordinal));
        Assert.Contains("names the cluster \"there\", which is not there", await place.BuildxAsync("inspect", "ours"), StringComparison.Ordinal);
        place.Write("../kubeconfig", "users: [{name: secret-of-mine");
        Assert.Matches(@"kubeconfig:\d+:\d+: not valid YAML", await place.BuildxAsync("inspect", "ours"));
        place.Write("../kubeconfig", config.Replace(kube.Cluster.Server.ToString().TrimEnd('/'), "https://127.0.0.1:1", StringComparison.Ordinal));
        Assert.Contains("no Kubernetes API answers at 127.0.0.1:1", await place.BuildxAsync("inspect", "ours"), StringComparison.Ordinal);
        File.Delete(place.Path + "/kubeconfig");
        Assert.Contains("there is no Kubernetes configuration at", await place.BuildxAsync("inspect", "ours"), StringComparison.Ordinal);
        kube.Configure();
    }

    [Theory]
    [InlineData("engine:v1,qemu.install=true,qemu.image=crash:v1", "Pending; container qemu: CrashLoopBackOff, after it ended with 3 (Error)", "| cannot open the state: no space left on device")]
    [InlineData("absent:v1", "Pending; container buildkitd: ImagePullBackOff: Back-off pulling image", "Failed: Failed to pull image \"absent:v1\": no such host")]
    [InlineData("crash:v1", "container buildkitd: CrashLoopBackOff", "| cannot open the state: no space left on device")]
    [InlineData("nowhere:v1", "Pending; Unschedulable: 0/3 nodes are available", "FailedScheduling: 0/3 nodes")]
    public async Task Pods_that_do_not_become_ready_say_why(string image, string state, string more)
    {
        await using var kube = await KubernetesPlace.CreateAsync(bases);
        await kube.CreateBuilderAsync("ours", "--driver-opt", $"image={image},timeout=2s");

        var failure = await kube.FailAsync("inspect", "--bootstrap", "ours");

        Assert.Contains("the Deployment ours-node in namespace default was not ready after 2 s: 0 of 1 pods are", failure, StringComparison.Ordinal);
        Assert.Contains("pod " + Assert.Single(kube.Cluster.Names("pods")), failure, StringComparison.Ordinal);
        Assert.Contains(state, failure, StringComparison.Ordinal);
        Assert.Contains(more, failure, StringComparison.Ordinal);
        Assert.Matches("Status: +stopped", await kube.Place.BuildxAsync("inspect", "ours"));
        kube.AssertRoleSuffices();
    }

    [Theory]
    [InlineData("colour=red", "has no option \"colour\"")]
    [InlineData("replicas=0", "replicas=0 must be at least 1")]
    [InlineData("replicas=two", "must be a whole number")]
    [InlineData("requests.cpu=lots", "must be an amount as Kubernetes writes them")]
    [InlineData("limits.memory=4GB", "must be an amount as Kubernetes writes them")]
    [InlineData("loadbalance=fair", "must be sticky or random")]
    [InlineData("rootless=perhaps", "must be true or false")]
    [InlineData("timeout=soon", "must be a duration")]
    [InlineData("nodeselector=arm64", "must be KEY=VALUE")]
    [InlineData("labels=app=mine", "must not have app: the driver sets it")]
    [InlineData("annotations=buildx.docker.com/platform=x", "the driver sets it")]
    [InlineData("tolerations=key=a;operator=Perhaps", "needs Exists or Equal as operator")]
    [InlineData("tolerations=colour=red", "has the field \"colour\"")]
    [InlineData("namespace=My_Space", "must be the name of an object in Kubernetes")]
    [InlineData("buildkit-root-volume-memory=1Gi,persistent-volume-claim.requests.storage=1Gi", "leave one of them out")]
    public async Task A_wrong_option_is_refused_before_anything_is_made(string options, string reason)
    {
        await using var kube = await KubernetesPlace.CreateAsync(bases);

        Assert.Contains(reason, await kube.FailAsync("create", "--name", "ours", "--driver", "kubernetes", "--driver-opt", options), StringComparison.Ordinal);

        Assert.False(File.Exists(kube.Place.Path + "/buildx/instances/ours"));
        Assert.Empty(kube.Cluster.Requests);
    }

    [Theory]
    [InlineData("""{"replicas":1,"selector":{"matchLabels":{"app":"x"}},"template":{"metadata":{"labels":{"app":"x"}},"spec":{"containers":[{"name":"x","image":"nowhere"}]}}}""", "")]
    [InlineData("""{"replicas":"1","selector":{},"template":{}}""", "Deployment.spec.replicas: want integer")]
    [InlineData("""{"template":{"spec":{"containers":[{"nmae":"x"}]}}}""", "Deployment.spec.selector: Required value, Deployment.spec.template.spec.containers[0].name: Required value, Deployment.spec.template.spec.containers[0]: unknown field")]
    [InlineData("""{"selector":{},"template":{"spec":{"containers":[{"name":"x","image":"y","resources":{"limits":{"cpu":"lots"}}}]}}}""", "is no quantity")]
    [InlineData("""{"selector":{"matchLabels":{"app":"x"}},"template":{"metadata":{"labels":{"app":"y"}},"spec":{"containers":[{"name":"x","image":"y"}]}}}""", "`selector` does not match template `labels`")]
    public async Task The_stand_in_takes_what_the_schema_of_Kubernetes_has_and_nothing_else(string specification, string problem)
    {
        await using var cluster = await KubernetesStandIn.StandInApiServer.StartAsync(Repository.Executable, cancellationToken: TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = cluster.Server };
        using var content = new StringContent($$"""{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"x"},"spec":{{specification}}}""");

        using var response = await client.PostAsync(new Uri("/apis/apps/v1/namespaces/default/deployments", UriKind.Relative), content, TestContext.Current.CancellationToken);

        Assert.Equal(problem.Length == 0, response.IsSuccessStatusCode);
        var answer = System.Text.Json.Nodes.JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Contains(problem, (string?)answer["message"] ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_has_a_name_that_the_cluster_takes_and_no_endpoint()
    {
        await using var kube = await KubernetesPlace.CreateAsync(bases);
        Assert.Contains("takes no endpoint", await kube.FailAsync("create", "--driver", "kubernetes", "default"), StringComparison.Ordinal);
        Assert.Contains("can't be the name of a deployment", await kube.FailAsync("create", "--driver", "kubernetes", "--node", "Node.1"), StringComparison.Ordinal);

        await kube.Place.BuildxAsync("create", "--name", "ours", "--driver", "kubernetes");
        await kube.Place.BuildxAsync("create", "--name", "ours", "--append", "--driver", "kubernetes");

        Assert.Equal(2, System.Text.RegularExpressions.Regex.Count(kube.Read("buildx/instances/ours"), "\"Name\":\"buildkit-[-0-9a-f]{42}\""));
    }
}
