using System.Diagnostics;
using System.Globalization;
using Buildx.TestSupport;

namespace Buildx.Linux.Tests.FileSystems;

public sealed class ReadAheadTests
{
    private const int Size = 1 << 20;

    [Fact]
    public async Task A_file_is_in_memory_soon()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.Write("file", new string('x', Size));
        // On disk, and forgotten.
        await RunAsync("dd", "of=" + file, "oflag=nocache", "conv=notrunc,fdatasync", "count=0", "status=none");

        FileSystem.ReadAhead(file);

        for (var waited = Stopwatch.StartNew(); await InMemoryAsync() < Size; await Task.Delay(20, TestContext.Current.CancellationToken))
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(20), "it is not there yet");

        async Task<long> InMemoryAsync() =>
            long.Parse(await RunAsync("fincore", "--bytes", "--noheadings", "--output", "RES", file), CultureInfo.InvariantCulture);
    }

    [Fact]
    public void What_cannot_be_read_is_nobodys_error()
    {
        using var directory = new TemporaryDirectory();

        FileSystem.ReadAhead(directory.Path);
        FileSystem.ReadAhead(directory.Path + "/missing");
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
