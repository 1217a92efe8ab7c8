using Buildx.Oci;

namespace Buildx.Dockerfile;

/// <summary>The parts of an image config that every instruction may add to. They become part of the config when the stage is done.</summary>
internal sealed class GrowingConfig
{
    private readonly List<History> _history;
    private readonly List<string> _environment;
    private readonly Dictionary<string, int> _positions = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _labels = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _ports;
    private readonly SortedSet<string> _volumes;
    private bool _hasLabels;

    public GrowingConfig(ImageConfig image)
    {
        var config = image.Config ?? new ContainerConfig();
        _history = [.. image.History ?? []];
        _environment = [.. config.Env ?? []];
        for (var i = 0; i < _environment.Count; i++)
            _positions.TryAdd(NameOf(_environment[i]), i);
        _hasLabels = config.Labels is not null;
        foreach (var (name, value) in config.Labels ?? new Dictionary<string, string>())
            _labels[name] = value;
        _ports = new SortedSet<string>(config.ExposedPorts ?? [], StringComparer.Ordinal);
        _volumes = new SortedSet<string>(config.Volumes ?? [], StringComparer.Ordinal);
    }

    /// <summary>A name that is there keeps its position.</summary>
    public void SetVariable(string name, string value)
    {
        var entry = $"{name}={value}";
        if (_positions.TryGetValue(name, out var position))
        {
            _environment[position] = entry;
            return;
        }
        _positions.Add(name, _environment.Count);
        _environment.Add(entry);
    }

    private static string NameOf(string entry) => entry.IndexOf('=') is >= 0 and var equals ? entry[..equals] : entry;

    public void SetLabel(string name, string value)
    {
        _hasLabels = true;
        _labels[name] = value;
    }

    public void AddPorts(IEnumerable<string> ports) => _ports.UnionWith(ports);

    public void AddVolumes(IEnumerable<string> volumes) => _volumes.UnionWith(volumes);

    public void AddHistory(History entry) => _history.Add(entry);

    public ImageConfig Complete(ImageConfig image) => image with
    {
        History = _history.Count == 0 && image.History is null ? null : _history,
        Config = (image.Config ?? new ContainerConfig()) with
        {
            Env = _environment.Count == 0 ? image.Config?.Env : _environment,
            Labels = _hasLabels ? _labels : null,
            ExposedPorts = _ports.Count == 0 ? null : _ports,
            Volumes = _volumes.Count == 0 ? null : _volumes,
        },
    };
}
