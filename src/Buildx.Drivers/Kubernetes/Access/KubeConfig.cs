using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Buildx.Drivers.Kubernetes.Access;

/// <summary>
/// The files that <c>kubectl</c> is configured by, several in one: whatever is named twice, the first file has.
/// <see href="https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/"/>
/// </summary>
internal sealed class KubeConfig
{
    public const string Variable = "KUBECONFIG";

    private readonly List<KubeConfigSection> _files = [];

    private KubeConfig(string source) => Source = source;

    /// <summary>For messages.</summary>
    public string Source { get; }

    public string? CurrentContext => _files.Select(file => file.Text("current-context")).FirstOrDefault(name => name is { Length: > 0 });

    /// <param name="paths">Separated by colons; null for <c>$KUBECONFIG</c>, else <c>~/.kube/config</c>.</param>
    /// <returns>Null when there is no such file.</returns>
    /// <exception cref="DriverException">A file is none.</exception>
    public static KubeConfig? Find(string? paths)
    {
        if (paths is null && Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } variable)
            paths = variable;
        paths ??= Path.Combine(Docker.DockerEnvironment.HomeDirectory, ".kube", "config");
        var config = new KubeConfig(paths);
        foreach (var path in paths.Split(':', StringSplitOptions.RemoveEmptyEntries).Where(File.Exists))
            config._files.Add(Read(path));
        return config._files.Count > 0 ? config : null;
    }

    public KubeConfigSection? FindContext(string name) => FindNamed("contexts", name)?.Section("context");

    public KubeConfigSection? FindCluster(string name) => FindNamed("clusters", name)?.Section("cluster");

    public KubeConfigSection? FindUser(string name) => FindNamed("users", name)?.Section("user");

    public IEnumerable<string> ContextNames() => _files.SelectMany(file => file.Sections("contexts")).Select(context => context.Text("name")).OfType<string>().Distinct();

    private KubeConfigSection? FindNamed(string list, string name) =>
        _files.SelectMany(file => file.Sections(list)).FirstOrDefault(entry => entry.Text("name") == name);

    private static KubeConfigSection Read(string path)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(File.ReadAllText(path)));
            return new KubeConfigSection(stream.Documents.Count == 0 ? new YamlMappingNode() : stream.Documents[0].RootNode, path);
        }
        catch (YamlException e)
        {
            // The parser's own words may quote what it stumbled over, and there are secrets in such files.
            throw new DriverException($"{path}:{e.Start.Line}:{e.Start.Column}: not valid YAML", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DriverException($"cannot read the Kubernetes configuration: {e.Message}", e);
        }
    }
}
