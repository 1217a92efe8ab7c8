using System.Text.Json;
using System.Text.Json.Serialization;

namespace Buildx.Oci;

/// <summary>How a container of the image starts: the <c>config</c> of an image's config file.</summary>
public sealed record ContainerConfig
{
    public string? User { get; init; }

    /// <summary>Ports, e.g. <c>80/tcp</c>.</summary>
    [JsonConverter(typeof(StringSetJsonConverter))]
    public IReadOnlyCollection<string>? ExposedPorts { get; init; }

    /// <summary><c>NAME=value</c>, each name once.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    public IReadOnlyList<string>? Entrypoint { get; init; }

    public IReadOnlyList<string>? Cmd { get; init; }

    [JsonConverter(typeof(StringSetJsonConverter))]
    public IReadOnlyCollection<string>? Volumes { get; init; }

    public string? WorkingDir { get; init; }

    [JsonConverter(typeof(SortedStringMapJsonConverter))]
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    public string? StopSignal { get; init; }

    /// <summary>Windows: the command is one line that was escaped already.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ArgsEscaped { get; init; }

    /// <summary>Docker: how to see whether the container is healthy.</summary>
    public Healthcheck? Healthcheck { get; init; }

    /// <summary>Docker: instructions for images built from this one.</summary>
    public IReadOnlyList<string>? OnBuild { get; init; }

    /// <summary>Docker: what runs the shell form of commands.</summary>
    public IReadOnlyList<string>? Shell { get; init; }

    /// <summary>Docker: seconds between the stop signal and SIGKILL.</summary>
    public int? StopTimeout { get; init; }

    /// <summary>Whatever else there was, e.g. <c>Hostname</c> and <c>Tty</c> of images that Docker committed.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Other { get; set; }
}
