using System.IO.Pipelines;
using System.Net;
using System.Text.Json;
using Buildx.Drivers.Docker;
using Buildx.Oci;
using Buildx.Protocol;

namespace Buildx.Cli.Building;

/// <summary>The Docker Engine's API, as far as <c>--load</c> needs it.</summary>
internal sealed class DockerEngine : IDisposable
{
    // Beyond that it is quicker to send a layer again than to ask for all of them.
    private const int MostImages = 500;

    private readonly HttpClient _client;

    private DockerEngine(HttpClient client, string host) => (_client, Host) = (client, host);

    public string Host { get; }

    /// <inheritdoc cref="ConnectAsync(DockerEnvironment, string?, string, string, CancellationToken)"/>
    public static Task<DockerEngine> ConnectAsync(DockerEnvironment docker, string? context, CancellationToken cancellationToken) =>
        ConnectAsync(docker, context, "--load", "to write an archive instead: --output type=docker,dest=image.tar", cancellationToken);

    /// <param name="what">What needs it, for people.</param>
    /// <param name="instead">What to do where there is none.</param>
    /// <exception cref="CliException">No Docker Engine answers.</exception>
    public static async Task<DockerEngine> ConnectAsync(DockerEnvironment docker, string? context, string what, string instead, CancellationToken cancellationToken)
    {
        var address = docker.GetEngine(context);
        var engine = new DockerEngine(address.CreateClient(), address.Url);
        try
        {
            using var response = await engine._client.GetAsync(new Uri("http://docker/_ping"), cancellationToken);
            return response.IsSuccessStatusCode ? engine : throw new HttpRequestException($"it answers {(int)response.StatusCode}");
        }
        catch (HttpRequestException e)
        {
            engine.Dispose();
            throw new CliException(
                $"{what} needs a Docker Engine, and none answers at {address.Url} ({address.WhyUnreachable(e)}); {instead}", innerException: e);
        }
    }

    public async Task<DockerFeatures> GetFeaturesAsync(CancellationToken cancellationToken)
    {
        using var info = JsonDocument.Parse(await _client.GetStringAsync(new Uri("http://docker/info"), cancellationToken));
        var root = info.RootElement;
        var driver = root.TryGetProperty("DriverStatus", out var status) && status.ValueKind == JsonValueKind.Array
            ? status.EnumerateArray().Where(pair => pair[0].GetString() == "driver-type").Select(pair => pair[1].GetString()).FirstOrDefault() : null;
        return new DockerFeatures(
            new Platform(root.GetProperty("OSType").GetString()!, root.GetProperty("Architecture").GetString()!).Normalize(),
            driver?.StartsWith("io.containerd.snapshotter", StringComparison.Ordinal) == true);
    }

    /// <summary>What <c>docker save</c> writes; null when there is no such image.</summary>
    /// <exception cref="IOException">The engine can't give it.</exception>
    public async Task<Stream?> OpenSaveAsync(string image, CancellationToken cancellationToken)
    {
        var response = await _client.GetAsync(
            new Uri($"http://docker/images/{Uri.EscapeDataString(image)}/get"), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.IsSuccessStatusCode)
            return await response.Content.ReadAsStreamAsync(cancellationToken);
        using (response)
        {
            return response.StatusCode is HttpStatusCode.NotFound ? null
                : throw new IOException($"the Docker Engine answers {(int)response.StatusCode}: {(await response.Content.ReadAsStringAsync(cancellationToken)).Trim()}");
        }
    }

    /// <summary>A stream into <c>docker load</c>; disposing of it waits for the end. Layers that the engine has stay here.</summary>
    public Stream OpenLoad(CancellationToken cancellationToken) => new LoadStream(this, cancellationToken);

    /// <summary>The layers that the engine has and finds by themselves; none where it keeps images in containerd's store, which wants them all.</summary>
    private async Task<IReadOnlySet<string>> GetLayersAsync(CancellationToken cancellationToken)
    {
        var layers = new HashSet<string>(StringComparer.Ordinal);
        if ((await GetFeaturesAsync(cancellationToken)).KeepsIndexes)
            return layers;
        using var images = JsonDocument.Parse(await _client.GetStringAsync(new Uri("http://docker/images/json"), cancellationToken));
        var ids = images.RootElement.EnumerateArray().Select(image => image.GetProperty("Id").GetString()!).Take(MostImages);
        await Parallel.ForEachAsync(ids, cancellationToken, async (id, token) =>
        {
            using var response = await _client.GetAsync(new Uri($"http://docker/images/{Uri.EscapeDataString(id)}/json"), token);
            // It may have been removed meanwhile.
            if (!response.IsSuccessStatusCode)
                return;
            using var image = JsonDocument.Parse(await response.Content.ReadAsStringAsync(token));
            if (!image.RootElement.GetProperty("RootFS").TryGetProperty("Layers", out var own) || own.ValueKind != JsonValueKind.Array)
                return;
            lock (layers)
                layers.UnionWith(LayerChain.Of(own.EnumerateArray().Select(layer => layer.GetString()!)));
        });
        return layers;
    }

    public void Dispose() => _client.Dispose();

    private sealed class LoadStream : UnseekableStream
    {
        private readonly Pipe _pipe = new();
        private readonly Stream _writer;
        private readonly Task _load;

        public LoadStream(DockerEngine engine, CancellationToken cancellationToken)
        {
            _writer = _pipe.Writer.AsStream(leaveOpen: true);
            _load = LoadAsync(engine, cancellationToken);
        }

        public override bool CanRead => false;

        public override bool CanWrite => true;

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_load.IsCompleted)
                await _load;
            await _writer.WriteAsync(buffer, cancellationToken);
        }

        public override void Flush() => _writer.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) => _writer.FlushAsync(cancellationToken);

        public override async ValueTask DisposeAsync()
        {
            await _pipe.Writer.CompleteAsync();
            await _load;
            await base.DisposeAsync();
        }

        private async Task LoadAsync(DockerEngine engine, CancellationToken cancellationToken)
        {
            try
            {
                using var content = new LayerFilterContent(_pipe.Reader.AsStream(), await engine.GetLayersAsync(cancellationToken));
                using var request = new HttpRequestMessage(HttpMethod.Post, "http://docker/images/load?quiet=1") { Content = content };
                using var response = await engine._client.SendAsync(request, cancellationToken);
                var answer = await response.Content.ReadAsStringAsync(cancellationToken);
                if (FindError(answer, response.StatusCode) is { } error)
                    throw new CliException($"the Docker Engine can't load the image: {error}");
            }
            finally
            {
                await _pipe.Reader.CompleteAsync();
            }
        }

        /// <summary>The engine answers with lines of JSON, and puts an error into one of them.</summary>
        private static string? FindError(string answer, HttpStatusCode status)
        {
            foreach (var line in answer.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                try
                {
                    using var json = JsonDocument.Parse(line);
                    if (json.RootElement.ValueKind == JsonValueKind.Object && (json.RootElement.TryGetProperty("error", out var error) ||
                        (int)status >= 400 && json.RootElement.TryGetProperty("message", out error)))
                        return error.GetString();
                }
                catch (JsonException)
                {
                    // Text that isn't JSON is no error by itself.
                }
            }
            return (int)status >= 400 ? $"it answers {(int)status}" : null;
        }
    }
}
