using System.Diagnostics;
using System.Globalization;

namespace Buildx.Fuzz;

/// <summary>Runs in a process of its own, which a stack that is too deep or a loop without end takes with it.</summary>
internal sealed class FuzzWorker(FuzzOptions options)
{
    public const int HangExitCode = 3;
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(10);

    private readonly Coverage _coverage = new();
    private readonly Random _random = new(options.Seed);
    private readonly HashSet<string> _known = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private long _executions;

    public int Run()
    {
        using var current = new CurrentInput(options.WorkerState!);
        StartWatch();
        var targets = FuzzTargets.All.Select((target, index) => (Target: target, Index: index)).Where(one => options.Target is null || one.Target.Name == options.Target).ToArray();
        var corpora = targets.Select(one => one.Target.Seeds.ToList()).ToArray();
        var mutators = targets.Select(one => new Mutator(_random, one.Target.Words)).ToArray();
        for (var i = 0; i < targets.Length; i++)
        {
            foreach (var seed in corpora[i].ToArray())
                Execute(current, targets[i].Target, targets[i].Index, seed);
        }
        while (_clock.Elapsed < TimeSpan.FromSeconds(options.Seconds))
        {
            for (var i = 0; i < targets.Length; i++)
            {
                var input = mutators[i].Mutate(corpora[i][_random.Next(corpora[i].Count)], corpora[i]);
                if (Execute(current, targets[i].Target, targets[i].Index, input))
                    corpora[i].Add(input);
            }
        }
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"fuzz: seed {options.Seed}: corpus {string.Join(", ", targets.Select((one, i) => $"{one.Target.Name} {corpora[i].Count}"))}; {_coverage.Count} branches"));
        return 0;
    }

    /// <returns>Whether the input went somewhere new.</returns>
    private bool Execute(CurrentInput current, IFuzzTarget target, int index, string input)
    {
        _executions++;
        current.Begin(_executions, index, input);
        _coverage.Start();
        try
        {
            target.Run(input);
        }
        catch (Exception e)
        {
            Report(target, input, e);
        }
        return _coverage.IsNew();
    }

    private void Report(IFuzzTarget target, string input, Exception error)
    {
        if (!_known.Add(Kind(error)))
            return;
        var small = Reduce(target, input, Kind(error));
        var file = FindingFile.Write(options.Findings, target.Name, small, error.ToString());
        Console.WriteLine($"fuzz: CRASH in {target.Name}: {error.GetType().Name}: {error.Message.Split('\n')[0]}\n      {file}");
    }

    /// <summary>Takes away what the failure does not need.</summary>
    private static string Reduce(IFuzzTarget target, string input, string kind)
    {
        for (var size = input.Length / 2; size > 0; size = size > 1 ? (size + 1) / 2 : 0)
        {
            for (var at = 0; at + size <= input.Length;)
            {
                var candidate = input.Remove(at, size);
                if (Fails(target, candidate, kind))
                    input = candidate;
                else
                    at += size;
            }
        }
        return input;
    }

    private static bool Fails(IFuzzTarget target, string input, string kind)
    {
        try
        {
            target.Run(input);
            return false;
        }
        catch (Exception e)
        {
            return Kind(e) == kind;
        }
    }

    private static string Kind(Exception error) => error.GetType().Name + (error is BrokenPromiseException
        ? error.Message.Split('"', '\n')[0]
        : new StackTrace(error).GetFrames().FirstOrDefault(frame => frame.GetMethod()?.DeclaringType?.Namespace?.StartsWith("Buildx", StringComparison.Ordinal) == true)?.ToString());

    private void StartWatch()
    {
        // By the processor's time, so that a busy machine makes no hang.
        var thread = new Thread(() =>
        {
            var (last, since) = (0L, TimeSpan.Zero);
            while (true)
            {
                Thread.Sleep(500);
                var now = Process.GetCurrentProcess().TotalProcessorTime;
                var executions = Interlocked.Read(ref _executions);
                if (executions != last)
                    (last, since) = (executions, now);
                else if (now - since > HangLimit)
                    Environment.Exit(HangExitCode);
            }
        })
        { IsBackground = true };
        thread.Start();
    }
}
