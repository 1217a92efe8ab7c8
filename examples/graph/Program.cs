// A build without a Dockerfile: a graph made with Buildx.Llb, sent to a BuildKit, its result written to a directory.
//
//   dotnet run --project examples/graph -- unix:///run/buildkit/buildkitd.sock OUT
using Buildx.Client;
using Buildx.Llb;
using Buildx.Oci;

if (args is not [var address, var directory])
{
    Console.Error.WriteLine("usage: graph ADDRESS DIRECTORY   (e.g. unix:///run/buildkit/buildkitd.sock out)");
    return 2;
}

var native = new VertexOptions { Platform = Platform.Host };
var busybox = LlbSource.Image(ImageReference.Parse("busybox:1.36"), native);

// Two steps that know nothing of each other, so they run at the same time.
LlbOutput Compile(string name) => LlbExec.Create(
    new ExecSpecification
    {
        Root = busybox,
        Arguments = ["/bin/sh", "-c", $"echo \"compiled {name}\" > /out/{name}"],
        Environment = ["PATH=/bin"],
        Mounts = [new ExecMount.Bind("/out", null)],
    },
    native with { Name = $"compile {name}" });

// A command has one output for its root and one for each writable mount; here the mount's counts.
var parts = new[] { "one", "two" }.Select(name => LlbExec.MountOutput(Compile(name), "/out"));

// What they wrote is laid over each other, without copying, and over a file of our own.
var note = new LlbFile(null)
    .MakeFile("/README", 0b110_100_100, "made by a graph\n"u8.ToArray())
    .ToOutput(VertexOptions.None);
var all = LlbMerge.Create([note, .. parts], new VertexOptions { Name = "put together" });

try
{
    await using var client = await BuildkitClient.ConnectAsync(address);
    await client.SolveAsync(new SolveOptions
    {
        Definition = LlbDefinition.Write(all),
        Exports = [new ExportOptions("local") { Destination = new DirectoryDestination(directory) }],
    });
}
catch (Exception e) when (e is SolveException or BuildkitUnavailableException or FormatException)
{
    Console.Error.WriteLine($"graph: {e.Message}");
    return 1;
}
Console.WriteLine($"{directory}: {string.Join(' ', Directory.GetFiles(directory).Select(Path.GetFileName).Order())}");
return 0;
