using System.Diagnostics;
using Buildx.Bake;
using Buildx.Bake.Printing;
using Buildx.Diagnostics;

namespace Buildx.Bench.Bake;

/// <summary>From a bake file's text to the plan as JSON, as <c>bake --print</c>.</summary>
internal sealed class BakeBenchmark : IBenchmark
{
    public string Name => "bake";

    public IReadOnlyList<string> Shapes => ["matrix", "targets", "inherits", "links", "variables", "json", "compose"];

    public Func<IReadOnlyList<(string Part, double Milliseconds)>> Prepare(string shape, int size)
    {
        var (name, text) = BakeText.Create(shape, size);
        var options = new BakeOptions { WorkingDirectory = "/project", Environment = new Dictionary<string, string>() };
        return () =>
        {
            var start = Stopwatch.GetTimestamp();
            var definition = BakeFile.Read([new SourceText(name, text)], options);
            var read = Stopwatch.GetTimestamp();
            var plan = BakeFile.Plan(definition, ["default"], options);
            var planned = Stopwatch.GetTimestamp();
            GC.KeepAlive(PlanPrinter.Print(plan));
            return
            [
                ("read", Stopwatch.GetElapsedTime(start, read).TotalMilliseconds),
                ("plan", Stopwatch.GetElapsedTime(read, planned).TotalMilliseconds),
                ("print", Stopwatch.GetElapsedTime(planned).TotalMilliseconds),
            ];
        };
    }
}
