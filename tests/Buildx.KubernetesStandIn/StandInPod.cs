using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Buildx.KubernetesStandIn;

/// <summary>
/// A pod: our engine as a process, with the arguments, the environment and the configuration that the pod's specification says, and
/// ready when its readiness probe, really run, succeeds. Init containers are shown as done, and not run. What goes wrong, does so by the
/// image's name: <c>absent</c> can't be pulled, <c>crash</c> ends at once (also as an init container), <c>nowhere</c> finds no node.
/// </summary>
internal sealed class StandInPod : IAsyncDisposable
{
    private readonly string _directory;
    private readonly string _executable;
    private readonly JsonObject _template;
    private readonly StringBuilder _log = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly string _image;
    private Process? _process;
    private Task _probing = Task.CompletedTask;

    private StandInPod(ObjectAddress address, string owner, string name, int number, JsonObject template, string directory, string executable)
    {
        (Address, Owner, Name, Number, _template, _directory, _executable) = (address, owner, name, number, template, directory, executable);
        _image = (string)Container["image"]!;
    }

    public ObjectAddress Address { get; }

    public string Owner { get; }

    public string Name { get; }

    public int Number { get; }

    public string Namespace => Address.Namespace;

    public string Socket => _directory + "/buildkitd.sock";

    public string EngineAddress => "unix://" + Socket;

    public bool IsReady { get; private set; }

    public JsonNode Container => _template["spec"]!["containers"]![0]!;

    /// <summary>The init container that fails; null for none.</summary>
    private JsonNode? FailingStart => (_template["spec"]!["initContainers"] as JsonArray ?? []).FirstOrDefault(container => ((string?)container!["image"])!.StartsWith("crash", StringComparison.Ordinal));

    private bool Is(string image) => _image.StartsWith(image, StringComparison.Ordinal);

    public static StandInPod Start(ObjectAddress address, string owner, string name, int number, JsonObject template, Dictionary<string, JsonObject> configMaps, string directory, string executable)
    {
        var pod = new StandInPod(address, owner, name, number, template, directory, executable);
        Directory.CreateDirectory(directory);
        if (pod.Is("absent") || pod.Is("nowhere"))
            return pod;
        pod.WriteConfiguration(configMaps);
        pod.StartProcess();
        pod._probing = pod.ProbeAsync();
        return pod;
    }

    public string ReadLog(int lines, string? container)
    {
        if (container is not null && container != (string?)(FailingStart ?? Container)["name"])
            throw new RefusedException(400, "BadRequest", $"container \"{container}\" in pod \"{Name}\" is waiting to start: PodInitializing");
        lock (_log)
            return string.Join('\n', _log.ToString().TrimEnd('\n').Split('\n').TakeLast(lines)) + "\n";
    }

    public JsonObject ToJson()
    {
        var metadata = (JsonObject)_template["metadata"]!.DeepClone();
        (metadata["name"], metadata["namespace"]) = (Name, Namespace);
        return new JsonObject { ["metadata"] = metadata, ["spec"] = _template["spec"]!.DeepClone(), ["status"] = Status() };
    }

    public IEnumerable<JsonObject> Events()
    {
        if (Is("absent"))
            yield return Event("Failed", $"Failed to pull image \"{_image}\": no such host");
        if (Is("nowhere"))
            yield return Event("FailedScheduling", "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.");
        if (Is("crash"))
            yield return Event("BackOff", "Back-off restarting failed container buildkitd");
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _probing;
        if (_process is { HasExited: false })
        {
            using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            try
            {
                await _process.WaitForExitAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }
        _process?.Dispose();
        _ending.Dispose();
    }

    /// <summary>A path in the container as it is here.</summary>
    private string Here(string path) => _directory + path;

    private void WriteConfiguration(Dictionary<string, JsonObject> configMaps)
    {
        foreach (var mount in (Container["volumeMounts"] as JsonArray ?? []).OfType<JsonNode>())
        {
            var volume = (_template["spec"]!["volumes"] as JsonArray ?? []).OfType<JsonNode>().FirstOrDefault(candidate => (string?)candidate["name"] == (string?)mount["name"]);
            if ((string?)volume?["configMap"]?["name"] is not { } map)
                continue;
            var target = Here((string)mount["mountPath"]!);
            Directory.CreateDirectory(target);
            foreach (var (name, content) in (JsonObject)configMaps[map]["data"]!)
                File.WriteAllText(Path.Combine(target, name), ((string)content!).Replace("/etc/buildkit/", Here("/etc/buildkit/"), StringComparison.Ordinal));
        }
    }

    private void StartProcess()
    {
        string[] arguments = [.. (Container["args"] as JsonArray ?? []).Select(argument => ((string)argument!).Replace("/etc/buildkit/", Here("/etc/buildkit/"), StringComparison.Ordinal))];
        var start = Is("crash") || FailingStart is not null
            ? new ProcessStartInfo("sh", ["-c", "echo starting; echo 'cannot open the state: no space left on device' >&2; exit 3"])
            : new ProcessStartInfo(_executable, ["buildkitd", "--addr", EngineAddress, "--root", _directory + "/state", .. arguments]);
        // The daemon's default configuration is at another place here.
        var configuration = Here("/etc/buildkit/buildkitd.toml");
        if (start.FileName == _executable && File.Exists(configuration) && !arguments.Any(argument => argument.StartsWith("--config", StringComparison.Ordinal)))
            start.ArgumentList.Add("--config=" + configuration);
        foreach (var variable in (Container["env"] as JsonArray ?? []).OfType<JsonNode>())
            start.Environment[(string)variable["name"]!] = (string?)variable["value"];
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Append(line.Data);
        _process.ErrorDataReceived += (_, line) => Append(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Append(string? line)
    {
        lock (_log)
        {
            if (line is not null)
                _log.Append(line).Append('\n');
        }
    }

    /// <summary>The readiness probe, more often than it says.</summary>
    private async Task ProbeAsync()
    {
        string[] command = [.. ((JsonArray)Container["readinessProbe"]!["exec"]!["command"]!).Select(word => (string)word!)];
        try
        {
            while (!IsReady && _process is { HasExited: false })
            {
                if (File.Exists(Socket))
                {
                    using var probe = Process.Start(new ProcessStartInfo(_executable, [command[0], "--addr", EngineAddress, .. command[1..]]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
                    await probe.WaitForExitAsync(_ending.Token);
                    IsReady = probe.ExitCode == 0;
                }
                await Task.Delay(50, _ending.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private JsonObject Event(string reason, string message) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = $"{Name}.{reason}", ["namespace"] = Namespace },
        ["involvedObject"] = new JsonObject { ["kind"] = "Pod", ["name"] = Name },
        ["reason"] = reason,
        ["message"] = message,
        ["lastTimestamp"] = "2026-01-01T00:00:00Z",
    };

    private JsonObject Status()
    {
        var hasEnded = _process is { HasExited: true };
        var status = new JsonObject
        {
            ["phase"] = _process is null || FailingStart is not null ? "Pending" : "Running",
            ["conditions"] = new JsonArray(
                Is("nowhere")
                    ? new JsonObject { ["type"] = "PodScheduled", ["status"] = "False", ["reason"] = "Unschedulable", ["message"] = "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector." }
                    : new JsonObject { ["type"] = "PodScheduled", ["status"] = "True" },
                new JsonObject { ["type"] = "Ready", ["status"] = IsReady && !hasEnded ? "True" : "False", ["reason"] = IsReady ? null : "ContainersNotReady" }),
        };
        if (FailingStart is { } failing)
        {
            status["initContainerStatuses"] = new JsonArray(new JsonObject
            {
                ["name"] = (string?)failing["name"],
                ["state"] = new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "CrashLoopBackOff" } },
                ["lastState"] = new JsonObject { ["terminated"] = new JsonObject { ["exitCode"] = 3, ["reason"] = "Error" } },
            });
            status["containerStatuses"] = new JsonArray(new JsonObject { ["name"] = (string?)Container["name"], ["state"] = new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "PodInitializing" } } });
            return status;
        }
        if (!Is("nowhere"))
        {
            var container = new JsonObject
            {
                ["name"] = (string?)Container["name"],
                ["image"] = _image,
                ["ready"] = IsReady,
                ["state"] = Is("absent") ? new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "ImagePullBackOff", ["message"] = $"Back-off pulling image \"{_image}\"" } }
                    : hasEnded ? new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "CrashLoopBackOff", ["message"] = "back-off 40s restarting failed container=buildkitd" } }
                    : new JsonObject { ["running"] = new JsonObject() },
            };
            if (hasEnded)
                container["lastState"] = new JsonObject { ["terminated"] = new JsonObject { ["exitCode"] = _process!.ExitCode, ["reason"] = "Error" } };
            status["containerStatuses"] = new JsonArray(container);
        }
        if (_template["spec"]!["initContainers"] is JsonArray initial)
            status["initContainerStatuses"] = new JsonArray([.. initial.OfType<JsonNode>().Select(container => new JsonObject { ["name"] = (string?)container["name"], ["state"] = new JsonObject { ["terminated"] = new JsonObject { ["exitCode"] = 0, ["reason"] = "Completed" } } })]);
        return status;
    }
}
