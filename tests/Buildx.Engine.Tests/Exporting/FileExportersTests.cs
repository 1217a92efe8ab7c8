using System.Net;
using System.Net.Sockets;
using Buildx.Engine.Exporting;
using Buildx.Engine.Server;
using Buildx.Engine.Storage;
using Buildx.Engine.Tests.Storage;
using Buildx.Oci;
using Buildx.Protocol.FileSync;
using Buildx.Protocol.FileSyncing;
using Buildx.Protocol.Sessions;
using Buildx.Registry;
using Buildx.TestSupport;
using Grpc.Core;

namespace Buildx.Engine.Tests.Exporting;

/// <summary>Exporters that send to the client: real storage, a real session tunnel, a client that takes files in.</summary>
public sealed class FileExportersTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private StorageFixture _storage = null!;
    private ClientSession _session = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Output => Path.Combine(_directory.Path, "output");

    public async ValueTask InitializeAsync()
    {
        _storage = await StorageFixture.CreateAsync();
        _session = await ClientSession.OpenAsync(Output);
    }

    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        await _storage.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task One_platform_is_written_into_the_directory_itself()
    {
        await ExportAsync("local", new ExportResult([await PlatformAsync("linux/amd64", "one")], false, new Dictionary<string, byte[]>()));
        Assert.Equal("one", await File.ReadAllTextAsync(Path.Combine(Output, "usr/file"), Cancellation));
        Assert.Equal("usr/file", new FileInfo(Path.Combine(Output, "link")).LinkTarget);
    }

    [Fact]
    public async Task Several_platforms_get_a_directory_each()
    {
        await ExportAsync("local", Results.Multi(await PlatformAsync("linux/amd64", "one"), await PlatformAsync("linux/arm64", "two")));
        Assert.Equal("one", await File.ReadAllTextAsync(Path.Combine(Output, "linux_amd64/usr/file"), Cancellation));
        Assert.Equal("two", await File.ReadAllTextAsync(Path.Combine(Output, "linux_arm64/usr/file"), Cancellation));
    }

    [Fact]
    public async Task Platforms_that_are_not_split_must_not_share_files()
    {
        var result = Results.Multi(await PlatformAsync("linux/amd64", "one"), await PlatformAsync("linux/arm64", "two"));
        var error = await Assert.ThrowsAnyAsync<Exception>(() => ExportAsync("local", result, ("platform-split", "false")));
        Assert.Contains("both linux/amd64 and linux/arm64 have a file", error.ToString());
    }

    [Fact]
    public async Task A_tar_holds_the_files_with_the_epochs_time()
    {
        await ExportAsync(
            "tar", new ExportResult([await PlatformAsync("linux/amd64", "one")], false, new Dictionary<string, byte[]>()), ("source-date-epoch", "1000000000"));
        Assert.Equal("one", await Tool.RunAsync("tar", "-xOf", _session.File, "usr/file"));
        var listed = await Tool.RunAsync("tar", "--utc", "-tvf", _session.File);
        Assert.All(listed.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Contains("2001-09-09", line));
        Assert.Contains("link -> usr/file", listed);
    }

    [Fact]
    public async Task An_OCI_archive_arrives_whole_and_skopeo_reads_it()
    {
        var result = new ExportResult([await PlatformAsync("linux/amd64", "one")], false, new Dictionary<string, byte[]>());
        var response = await ExportAsync("oci", result, ("name", "docker.io/user/app:v1"));
        await Tool.RunAsync("skopeo", "copy", "--preserve-digests", $"oci-archive:{_session.File}:v1", $"oci:{_directory.Path}/layout:v1");
        Assert.Equal(response["containerimage.digest"], OciLayout.Open(_directory.Path + "/layout").Find("v1")!.Digest.Value);
    }

    [Fact]
    public async Task A_client_that_cannot_write_is_told_of()
    {
        Directory.CreateDirectory(_session.File);
        var result = new ExportResult([await PlatformAsync("linux/amd64", "one")], false, new Dictionary<string, byte[]>());
        var error = await Assert.ThrowsAsync<ExportException>(() => ExportAsync("oci", result));
        Assert.StartsWith("the client could not write the output: ", error.Message);
    }

    private async Task<PlatformResult> PlatformAsync(string platform, string text)
    {
        var snapshot = await _storage.AppendAsync(Snapshot.Empty, root =>
        {
            Directory.CreateDirectory(root + "/usr");
            File.WriteAllText(root + "/usr/file", text);
            File.CreateSymbolicLink(root + "/link", "usr/file");
        });
        return new PlatformResult(platform, Platform.Parse(platform), snapshot, null);
    }

    private async Task<IReadOnlyDictionary<string, string>> ExportAsync(string type, ExportResult result, params (string Key, string Value)[] attributes)
    {
        using var registries = new RegistryClient(RegistryConfiguration.Default);
        var exporter = new ExporterFactory(_storage.Store, registries)
            .Create(type, attributes.Select(attribute => KeyValuePair.Create(attribute.Key, attribute.Value)), out _);
        _session.TakesDirectory = type == "local";
        return await exporter.ExportAsync(new ExportRequest(result, _session, 0, new QuietProgress()), Cancellation);
    }

    private sealed class ClientSession : ISession, IAsyncDisposable
    {
        private const string Method = "/moby.filesync.v1.FileSend/DiffCopy";

        private readonly CancellationTokenSource _stop = new();
        private readonly SessionConnection _connection;
        private readonly string _output;

        private ClientSession(Stream daemon, Stream client, string output)
        {
            _output = output;
            _ = new SessionServer().Map(Method, TakeAsync).RunAsync(client, _stop.Token);
            _connection = SessionConnection.Open(daemon);
        }

        public bool TakesDirectory { get; set; }

        public string File => _output + ".tar";

        public string Id => "session";

        public string Name => "test";

        public string SharedKey => "";

        public CallInvoker Invoker => _connection.Invoker;

        public CancellationToken Closed => _connection.Closed;

        public static async Task<ClientSession> OpenAsync(string output)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var client = new TcpClient();
            await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
            return new ClientSession((await listener.AcceptTcpClientAsync()).GetStream(), client.GetStream(), output);
        }

        public bool Supports(string method) => method == Method;

        public string? GetOfferedDirectory(string localName) => null;

        public async ValueTask DisposeAsync()
        {
            await _connection.DisposeAsync();
            await _stop.CancelAsync();
            _stop.Dispose();
        }

        private async Task TakeAsync(SessionCall call, CancellationToken cancellationToken)
        {
            Assert.Equal(["0"], call.GetHeader("buildkit-attachable-exporter-id"));
            if (TakesDirectory)
            {
                using var target = DirectoryTarget.Open(_output);
                await FileSyncReceiver.ReceiveAsync(new SessionPacketStream(call), target, null, cancellationToken);
                return;
            }
            await using var file = System.IO.File.Create(File);
            while (await call.ReadAsync(BytesMessage.Parser, cancellationToken) is { } message)
                await file.WriteAsync(message.Data.Memory, cancellationToken);
        }
    }
}
