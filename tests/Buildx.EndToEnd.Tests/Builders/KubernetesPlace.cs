using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Buildx.KubernetesStandIn;

namespace Buildx.EndToEnd.Tests.Builders;

/// <summary>A <see cref="Workplace"/> beside a stand-in for a Kubernetes cluster.</summary>
internal sealed partial class KubernetesPlace : IAsyncDisposable
{
    private KubernetesPlace(Workplace place, StandInApiServer cluster) => (Place, Cluster) = (place, cluster);

    public Workplace Place { get; }

    public StandInApiServer Cluster { get; }

    /// <param name="more">More of buildkitd.toml.</param>
    public static async Task<KubernetesPlace> CreateAsync(BaseImageRegistry bases, bool usesTls = false, string? user = null, string more = "")
    {
        var place = new KubernetesPlace(await Workplace.CreateAsync(bases, more), await StandInApiServer.StartAsync(Repository.Executable, usesTls, TestContext.Current.CancellationToken));
        place.Configure(user);
        return place;
    }

    /// <param name="user">The YAML of the user; null for the right token.</param>
    public void Configure(string? user = null)
    {
        Place.Write("../kubeconfig", Cluster.KubeConfig(user));
        Place.Environment["KUBECONFIG"] = Place.Path + "/kubeconfig";
    }

    /// <summary>A builder whose engines know the base images.</summary>
    public Task<string> CreateBuilderAsync(string name, params string[] more) =>
        Place.BuildxAsync(["create", "--name", name, "--node", name + "-node", "--driver", "kubernetes", "--buildkitd-config", Place.Path + "/buildkitd.toml", .. more]);

    public async Task<string> FailAsync(params string[] arguments)
    {
        var result = await Place.Tool(Repository.Executable).ExecuteAsync(arguments);
        Assert.NotEqual(0, result.ExitCode);
        return result.All;
    }

    public string Read(string path) => File.ReadAllText(Path.Combine(Place.Path, path));

    public JsonNode Object(string collection, string name) => Cluster.Find(collection, name) ?? throw new InvalidOperationException($"no {collection} {name}, but {string.Join(", ", Cluster.Names(collection))}");

    /// <summary>The role that the documentation gives to users allows all that was done so far.</summary>
    public void AssertRoleSuffices()
    {
        var allowed = RoleRule().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs/drivers.md")))
            .SelectMany(rule => rule.Groups["resources"].Value.Split(", ").SelectMany(resource => rule.Groups["verbs"].Value.Split(", ").Select(verb => $"{verb} {resource}")))
            .ToHashSet();
        var done = Cluster.Requests.Select(request => request.Split('/')[0]).Select(request => request switch { "exec pods" => "get pods/exec", "log pods" => "get pods/log", _ => request }).Distinct();
        Assert.Equal([], done.Where(request => !allowed.Contains(request)));
    }

    [GeneratedRegex(@"^- \{ apiGroups: \[.*?\], resources: \[(?<resources>.*?)\], verbs: \[(?<verbs>.*?)\] \}", RegexOptions.Multiline)]
    private static partial Regex RoleRule();

    public async ValueTask DisposeAsync()
    {
        // Builders first: removing them needs the cluster.
        await Place.DisposeAsync();
        await Cluster.DisposeAsync();
    }
}
