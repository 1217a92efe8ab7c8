using System.Diagnostics;
using System.Globalization;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>
/// A place of its own for one test: builders, logins, the engines' state and sockets, a project directory. When it is left, the
/// engines end, and none of their processes and mounts may remain.
/// </summary>
internal sealed class Workplace : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private Workplace()
    {
    }

    public string Path => _directory.Path;

    public string Project => System.IO.Path.Combine(Path, "project");

    public string DockerConfig => System.IO.Path.Combine(Path, "docker");

    public string EngineLog => System.IO.Path.Combine(Path, "run/test/buildkitd.log");

    public Dictionary<string, string?> Environment { get; } = [];

    /// <summary>A place with a builder that gets its base images from the mirror.</summary>
    /// <param name="more">More of buildkitd.toml.</param>
    public static async Task<Workplace> CreateAsync(BaseImageRegistry bases, string more = "")
    {
        var place = new Workplace();
        place.Environment["BUILDX_CONFIG"] = System.IO.Path.Combine(place.Path, "buildx");
        place.Environment["DOCKER_CONFIG"] = place.DockerConfig;
        place.Environment["BUILDX_ENGINE_ROOT"] = System.IO.Path.Combine(place.Path, "state");
        place.Environment["BUILDX_ENGINE_RUN"] = System.IO.Path.Combine(place.Path, "run");
        place.Environment["BUILDX_BUILDER"] = null;
        place.Environment["DOCKER_HOST"] = $"unix://{place.Path}/no-docker.sock";
        Directory.CreateDirectory(place.Project);
        Directory.CreateDirectory(System.IO.Path.Combine(place.DockerConfig, "cli-plugins"));
        File.CreateSymbolicLink(System.IO.Path.Combine(place.DockerConfig, "cli-plugins/docker-buildx"), Repository.Executable);
        place.Write("../buildkitd.toml", $"""
            [registry."docker.io"]
              mirrors = ["{bases.Server.Host}"]
            [registry."{bases.Server.Host}"]
              http = true
            {more}
            """);
        await place.BuildxAsync("create", "--name", "test", "--use", "--buildkitd-config", System.IO.Path.Combine(place.Path, "buildkitd.toml"));
        return place;
    }

    public void Write(string name, string content) => _directory.Write("project/" + name, content);

    public async Task<string> BuildxAsync(params string[] arguments) => (await Tool(Repository.Executable).SucceedAsync(arguments)).All;

    public async Task<string> BuildAsync(params string[] arguments) => await BuildxAsync(["build", "--progress=plain", .. arguments, Project]);

    /// <summary>The Docker CLI, with the executable under test as its plugin.</summary>
    public async Task<Tool> DockerAsync() => Tool(System.IO.Path.Combine(await Peers.GetDirectoryAsync(), "bin", "docker"));

    public Tool Tool(string name) => new(name) { Environment = Environment, WorkingDirectory = Project, Timeout = TimeSpan.FromMinutes(5) };

    /// <summary>All processes of this machine, with a space after each word.</summary>
    public static IEnumerable<(int Id, string Command)> CommandLines() => Directory.EnumerateDirectories("/proc")
        .Select(directory => int.TryParse(System.IO.Path.GetFileName(directory), out var id) ? id : 0)
        .Where(id => id > 0)
        .Select(id => (id, ReadOrNothing($"/proc/{id}/cmdline").Replace('\0', ' ')));

    public static bool IsEngine(string command) =>
        command.Contains("--root=", StringComparison.Ordinal) && command.Contains("--addr=", StringComparison.Ordinal);

    /// <summary>Command lines of processes that belong to this place.</summary>
    public IReadOnlyList<string> Processes() =>
        [.. CommandLines().Where(process => process.Id != System.Environment.ProcessId && process.Command.Contains(Path, StringComparison.Ordinal)).Select(process => process.Command)];

    /// <summary>The engine's process.</summary>
    public int EngineId() => CommandLines().First(process => IsEngine(process.Command) && process.Command.Contains(Path, StringComparison.Ordinal)).Id;

    /// <summary>The processes below a process, that which ended and was not waited for included.</summary>
    public static IReadOnlyList<int> Descendants(int id)
    {
        var children = ReadOrNothing($"/proc/{id}/task/{id}/children");
        foreach (var task in Directory.EnumerateDirectories($"/proc/{id}/task"))
        {
            if (System.IO.Path.GetFileName(task) != id.ToString(CultureInfo.InvariantCulture))
                children += " " + ReadOrNothing(task + "/children");
        }
        return [.. children.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(child => int.Parse(child, CultureInfo.InvariantCulture))
            .SelectMany(child => Directory.Exists($"/proc/{child}/task") ? [child, .. Descendants(child)] : new[] { child })
            .Order()];
    }

    /// <summary>What is mounted in a process's namespace.</summary>
    /// <param name="directory">Only those below it: what others mount meanwhile can be seen in an engine's namespace too.</param>
    public static IReadOnlyList<string> Mounts(int id, string directory = "/") =>
        [.. File.ReadAllLines($"/proc/{id}/mountinfo").Select(line => line.Split(' ')[4]).Where(path => path.StartsWith(directory, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    public IReadOnlyList<string> Mounts() =>
        [.. File.ReadAllLines("/proc/self/mountinfo").Where(line => line.Contains(Path, StringComparison.Ordinal))];

    public async Task WaitForAsync(Func<bool> condition, string what, TimeSpan? timeout = null)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (clock.Elapsed > (timeout ?? TimeSpan.FromSeconds(60)))
                throw new TimeoutException($"{what}; processes: {string.Join(" | ", Processes())}\n{ReadOrNothing(EngineLog)}");
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var builder in Directory.GetFiles(System.IO.Path.Combine(Path, "buildx/instances")))
            await Tool(Repository.Executable).ExecuteAsync("rm", "--force", System.IO.Path.GetFileName(builder));
        await WaitForAsync(() => Processes().Count == 0 && Mounts().Count == 0, "processes or mounts remain", TimeSpan.FromSeconds(20));
        _directory.Dispose();
    }

    private static string ReadOrNothing(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
