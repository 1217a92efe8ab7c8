using System.Diagnostics;
using System.Globalization;
using SharpFuzz;

namespace Buildx.Fuzz;

/// <summary>Instruments the assemblies, starts a worker, and another one when that is gone.</summary>
internal sealed class FuzzSupervisor(FuzzOptions options)
{
    private static readonly string[] Instrumented = ["Buildx.Dockerfile.dll", "Buildx.Bake.dll", "Buildx.Diagnostics.dll", "Buildx.Llb.dll", "Buildx.Oci.dll"];

    public int Run()
    {
        var directory = Directory.CreateTempSubdirectory("buildx-fuzz-").FullName;
        try
        {
            Instrument(directory);
            return Watch(directory);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static void Instrument(string directory)
    {
        CopyTree(AppContext.BaseDirectory, directory);
        foreach (var assembly in Instrumented)
            Fuzzer.Instrument(Path.Combine(directory, assembly), _ => true, Options.Value);
    }

    private static void CopyTree(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (var child in Directory.GetDirectories(from))
            CopyTree(child, Path.Combine(to, Path.GetFileName(child)));
    }

    private int Watch(string directory)
    {
        var clock = Stopwatch.StartNew();
        var state = Path.Combine(directory, "current-input");
        var (executions, gone, hangs, seed) = (0L, 0, 0, options.Seed);
        var before = Directory.Exists(options.Findings) ? Directory.GetFiles(options.Findings, "*.error").Length : 0;
        while (clock.Elapsed.TotalSeconds < options.Seconds)
        {
            File.Delete(state);
            var code = RunWorker(directory, state, seed++, options.Seconds - (int)clock.Elapsed.TotalSeconds);
            using var current = new CurrentInput(state);
            executions += current.Executions;
            if (code == 0)
                continue;
            var (target, input) = current.Read();
            var what = code == FuzzWorker.HangExitCode ? "HANG" : $"GONE (exit code {code})";
            (hangs, gone) = code == FuzzWorker.HangExitCode ? (hangs + 1, gone) : (hangs, gone + 1);
            Console.WriteLine($"fuzz: {what} in {FuzzTargets.All[target].Name}\n      {FindingFile.Write(options.Findings, FuzzTargets.All[target].Name, input, what)}");
        }
        var findings = (Directory.Exists(options.Findings) ? Directory.GetFiles(options.Findings, "*.error").Length : 0) - before;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"fuzz: {executions} executions in {clock.Elapsed.TotalSeconds:0} s, {findings - hangs} crashes, {hangs} hangs"));
        return findings + gone + hangs == 0 ? 0 : 1;
    }

    private int RunWorker(string directory, string state, int seed, int seconds)
    {
        var start = new ProcessStartInfo(Path.Combine(directory, "Buildx.Fuzz"))
        {
            ArgumentList =
            {
                "--worker", state,
                "--seed", seed.ToString(CultureInfo.InvariantCulture),
                "--seconds", Math.Max(1, seconds).ToString(CultureInfo.InvariantCulture),
                "--findings", options.Findings,
            },
        };
        if (options.Target is not null)
        {
            start.ArgumentList.Add("--target");
            start.ArgumentList.Add(options.Target);
        }
        using var worker = Process.Start(start) ?? throw new InvalidOperationException("the worker does not start");
        worker.WaitForExit();
        return worker.ExitCode;
    }
}
