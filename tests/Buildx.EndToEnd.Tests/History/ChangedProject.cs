using System.Text.Json;
using System.Text.RegularExpressions;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>A project that is built several times, with what is around it.</summary>
internal sealed partial class ChangedProject(Workplace place, BaseImageRegistry bases) : IAsyncDisposable
{
    private ScriptedServer? _server;

    public Workplace Place => place;

    public IReadOnlyList<string> Flags { get; set; } = [];

    /// <summary>An image of its own, whose tag can be moved.</summary>
    public string Image { get; } = $"{bases.Server.Host}/moved:{Guid.NewGuid():n}";

    public GitDaemon? Repository { get; set; }

    /// <summary>What a web server has at <see cref="Url"/>.</summary>
    public string Download { get; set; } = "";

    public string Url
    {
        get
        {
            _server ??= new ScriptedServer(context =>
            {
                ScriptedServer.Answer(context, 200, Download);
                return Task.CompletedTask;
            });
            return $"http://{_server.Host}/data";
        }
    }

    public void Write(string name, string content) => place.Write(name, content);

    /// <summary>Replaces text in a file.</summary>
    public void Replace(string text, string by, string file = "Dockerfile")
    {
        var before = Read(file);
        Assert.Contains(text, before, StringComparison.Ordinal);
        Write(file, before.Replace(text, by, StringComparison.Ordinal));
    }

    public string Read(string file) => File.ReadAllText(PathOf(file));

    public string PathOf(string file) => Path.Combine(place.Project, file);

    public async Task PushImageAsync(string content)
    {
        Write("../image/Dockerfile", $"FROM busybox:1.36\nRUN echo {content} >/content\n");
        await place.BuildxAsync("build", "--push", "-t", Image, Path.Combine(place.Path, "image"));
    }

    public Task<string> BuildAsync() => place.BuildAsync([.. Flags]);

    /// <summary>Each step that ran in the latest build, with its causes; digests are only told apart from nothing.</summary>
    public async Task<IReadOnlyList<string>> ExplainAsync()
    {
        var explained = await place.Tool(EndToEnd.Tests.Repository.Executable).SucceedAsync("history", "explain", "--format", "json");
        using var json = JsonDocument.Parse(explained.Output);
        return [.. json.RootElement.GetProperty("Steps").EnumerateArray().SelectMany(step => step.GetProperty("Causes").EnumerateArray()
            .Select(cause => Mask($"{step.GetProperty("Name").GetString()}: {cause.GetProperty("Text").GetString()}"))).Order(StringComparer.Ordinal)];
    }

    public string Mask(string text) => Hash().Replace(text, "…")
        .Replace(Image, "IMAGE", StringComparison.Ordinal)
        .Replace(Repository?.Url ?? "\0", "REPOSITORY", StringComparison.Ordinal)
        .Replace(_server is null ? "\0" : Url, "URL", StringComparison.Ordinal);

    public async ValueTask DisposeAsync()
    {
        Repository?.Dispose();
        _server?.Dispose();
        await place.DisposeAsync();
    }

    [GeneratedRegex("(sha256:)?[0-9a-f]{40,64}")]
    private static partial Regex Hash();
}
