using System.Formats.Tar;
using System.Text.Json.Nodes;
using Buildx.Client;
using Buildx.Drivers.Configuration;
using Buildx.Drivers.Docker;
using Buildx.Drivers.Store;

namespace Buildx.Drivers.Containers;

/// <summary>
/// Runs BuildKit in a container of a Docker Engine. Container and volume have Buildx's names, so that a builder which one of the
/// two programs made is the other's too.
/// </summary>
public sealed class ContainerDriver : IDriver
{
    public const string DriverName = "docker-container";

    private const string ConfigurationDirectory = "etc/buildkit";
    private const string StateDirectory = "/var/lib/buildkit";
    private const int Attempts = 15;

    private readonly NodeRecord _node;
    private readonly ContainerOptions _options;
    private readonly DockerApi _api;
    private readonly IRegistryAuthentication? _authentication;

    /// <param name="authentication">For pulling the image; null to pull without.</param>
    public ContainerDriver(NodeRecord node, DockerHost host, IRegistryAuthentication? authentication)
    {
        _node = node;
        _options = ContainerOptions.Parse(node.DriverOpts);
        _api = new DockerApi(host);
        _authentication = authentication;
        ContainerName = "buildx_buildkit_" + node.Name;
        Connector = new ContainerConnector(_api, ContainerName);
    }

    public string Name => DriverName;

    public string Endpoint => _node.Endpoint;

    public BuildkitConnector Connector { get; }

    public bool LoadsByDefault => _options.LoadsByDefault;

    public string ContainerName { get; }

    private string VolumeName => ContainerName + "_state";

    public async Task<DriverStatus> GetStatusAsync(CancellationToken cancellationToken = default) =>
        await _api.FindContainerAsync(ContainerName, cancellationToken) is not { } container ? DriverStatus.Inactive
        : IsRunning(container) ? DriverStatus.Running
        : DriverStatus.Stopped;

    public async Task StartAsync(Action<string>? report = null, CancellationToken cancellationToken = default)
    {
        if (await _api.FindContainerAsync(ContainerName, cancellationToken) is { } container)
        {
            if (IsRunning(container))
                return;
            report?.Invoke($"starting the container {ContainerName}");
            await _api.StartContainerAsync(ContainerName, cancellationToken);
        }
        else
        {
            await CreateAsync(report, cancellationToken);
        }
        await WaitAsync(cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (await GetStatusAsync(cancellationToken) == DriverStatus.Running)
            await _api.StopContainerAsync(ContainerName, cancellationToken);
    }

    public async Task RemoveAsync(bool keepState, CancellationToken cancellationToken = default)
    {
        await _api.RemoveContainerAsync(ContainerName, cancellationToken);
        if (!keepState)
            await _api.RemoveVolumeAsync(VolumeName, cancellationToken);
    }

    private static bool IsRunning(JsonNode container) => (bool?)container["State"]?["Running"] == true;

    private async Task CreateAsync(Action<string>? report, CancellationToken cancellationToken)
    {
        await PullAsync(report, cancellationToken);
        report?.Invoke($"creating the container {ContainerName}");
        // Where somebody else was faster, it is theirs to start.
        if (!await _api.CreateContainerAsync(ContainerName, await ConfigurationAsync(cancellationToken), cancellationToken))
            return;
        try
        {
            using var archive = Archive();
            await _api.CopyToContainerAsync(ContainerName, "/", archive, cancellationToken);
            await _api.StartContainerAsync(ContainerName, cancellationToken);
        }
        catch
        {
            // A container without its configuration would be taken for a good one the next time.
            await _api.RemoveContainerAsync(ContainerName, CancellationToken.None);
            throw;
        }
    }

    /// <summary>The newest image; if none can be had, the one that is there.</summary>
    private async Task PullAsync(Action<string>? report, CancellationToken cancellationToken)
    {
        try
        {
            report?.Invoke($"pulling the image {_options.Image}");
            var authentication = _authentication is null ? null : await _authentication.CreateHeaderAsync(_options.Image, cancellationToken);
            await _api.PullAsync(_options.Image, authentication, cancellationToken);
        }
        catch (DriverException e)
        {
            if (await _api.FindImageAsync(_options.Image, cancellationToken) is null)
                throw new DriverException($"the image {_options.Image} of builder node \"{_node.Name}\" cannot be pulled: {e.Message}; another image: --driver-opt image=NAME", e);
            report?.Invoke($"using the image {_options.Image} that is there");
        }
    }

    private async Task<JsonObject> ConfigurationAsync(CancellationToken cancellationToken)
    {
        var host = new JsonObject
        {
            ["Privileged"] = true,
            // Somebody has to wait for processes that outlive their parents.
            ["Init"] = true,
            ["RestartPolicy"] = new JsonObject { [nameof(Name)] = _options.RestartPolicy, ["MaximumRetryCount"] = _options.RestartAttempts },
            ["Mounts"] = new JsonArray(new JsonObject { ["Type"] = "volume", ["Source"] = VolumeName, ["Target"] = StateDirectory }),
        };
        foreach (var (name, value) in new (string, JsonNode?)[]
        {
            ("NetworkMode", _options.Network), ("Memory", _options.Memory), ("MemorySwap", _options.MemorySwap), ("CpuQuota", _options.CpuQuota),
            ("CpuPeriod", _options.CpuPeriod), ("CpuShares", _options.CpuShares), ("CpusetCpus", _options.CpusetCpus), ("CpusetMems", _options.CpusetMems),
        })
        {
            if (value is not null)
                host[name] = value;
        }
        var engine = await _api.GetInfoAsync(cancellationToken);
        // One cgroup for all builders, to which limits can be given; systemd's names are others.
        if ((string?)engine["CgroupDriver"] == "cgroupfs")
            host["CgroupParent"] = _options.CgroupParent ?? "/docker/buildx";
        if (engine["SecurityOptions"] is JsonArray security && security.Any(option => ((string?)option)?.Contains("name=userns", StringComparison.Ordinal) == true))
            host["UsernsMode"] = "host";
        return new JsonObject
        {
            ["Image"] = _options.Image,
            ["Env"] = new JsonArray([.. _options.Environment.Select(entry => (JsonNode)entry)]),
            ["Cmd"] = new JsonArray([.. Arguments().Select(argument => (JsonNode)argument)]),
            ["HostConfig"] = host,
        };
    }

    private IEnumerable<string> Arguments() =>
        [.. _node.BuildkitdFlags ?? [], .. _node.Files?.ContainsKey(BuildkitdConfigFiles.MainFile) == true ? ["--config", $"/{ConfigurationDirectory}/{BuildkitdConfigFiles.MainFile}"] : (string[])[]];

    private MemoryStream Archive()
    {
        var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            var directories = new HashSet<string>();
            WriteDirectory(ConfigurationDirectory);
            foreach (var (name, content) in _node.Files ?? [])
            {
                var path = $"{ConfigurationDirectory}/{name}";
                if (name.Split('/').Contains(".."))
                    throw new DriverException($"the builder's stored configuration has a file with the name \"{name}\", which lies outside its directory");
                for (var slash = path.IndexOf('/', ConfigurationDirectory.Length + 1); slash > 0; slash = path.IndexOf('/', slash + 1))
                    WriteDirectory(path[..slash]);
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { Mode = (UnixFileMode)0b110_000_000, DataStream = new MemoryStream(content) });
            }

            void WriteDirectory(string path)
            {
                if (directories.Add(path))
                    writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, path + "/") { Mode = (UnixFileMode)0b111_000_000 });
            }
        }
        archive.Position = 0;
        return archive;
    }

    /// <summary>Until the BuildKit in the container answers.</summary>
    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            string problem;
            try
            {
                var (exitCode, _, errors) = await _api.RunAsync(ContainerName, ["buildctl", "debug", "workers"], cancellationToken);
                if (exitCode == 0)
                    return;
                problem = errors.Trim();
            }
            catch (Exception e) when (e is DriverException or IOException)
            {
                problem = e.Message;
            }
            if (attempt > Attempts)
            {
                var log = (await _api.GetLogAsync(ContainerName, 10, CancellationToken.None)).TrimEnd();
                throw new DriverException(
                    $"the BuildKit in the container {ContainerName} does not answer: {problem}" +
                    (log.Length == 0 ? "" : $"; the end of its log:{Environment.NewLine}{string.Join(Environment.NewLine, log.Split('\n').Select(line => "  " + line))}"));
            }
            await Task.Delay(attempt * 120, cancellationToken);
        }
    }
}
