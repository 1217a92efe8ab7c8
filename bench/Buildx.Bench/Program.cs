using System.Globalization;
using Buildx.Bench;
using Buildx.Bench.Bake;
using Buildx.Bench.Dockerfile;

// Buildx.Bench NAME [--shape SHAPE] [--size N] [--warm RUNS]
// Prints the first run of this process, or with --warm the median of that many further ones: PART MILLISECONDS, "all" last.
IBenchmark[] benchmarks = [new BakeBenchmark(), new DockerfileBenchmark()];
var (shape, size, warm) = ("", 5000, 0);
for (var i = 1; i + 1 < args.Length; i += 2)
{
    switch (args[i])
    {
        case "--shape": shape = args[i + 1]; break;
        case "--size": size = int.Parse(args[i + 1], CultureInfo.InvariantCulture); break;
        case "--warm": warm = int.Parse(args[i + 1], CultureInfo.InvariantCulture); break;
        default: return Usage();
    }
}
if (args.Length % 2 == 0 || benchmarks.FirstOrDefault(one => one.Name == args[0]) is not { } benchmark)
    return Usage();
if (shape.Length == 0)
    shape = benchmark.Shapes[0];
if (!benchmark.Shapes.Contains(shape))
    return Usage();

var run = benchmark.Prepare(shape, size);
var parts = run();
if (warm > 0)
{
    // Half as many runs again to get warm.
    for (var i = 0; i < warm / 2; i++)
        _ = run();
    var runs = Enumerable.Range(0, warm).Select(_ => run()).OrderBy(one => one.Sum(part => part.Milliseconds)).ToArray();
    parts = runs[warm / 2];
}
foreach (var (part, milliseconds) in parts.Append(("all", parts.Sum(part => part.Milliseconds))))
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{part} {milliseconds:0.000}"));
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $"allocated {GC.GetTotalAllocatedBytes() / 1e6:0.0} MB, collections {GC.CollectionCount(0)} {GC.CollectionCount(1)} {GC.CollectionCount(2)}"));
return 0;

int Usage()
{
    Console.Error.WriteLine($"Buildx.Bench NAME [--shape SHAPE] [--size N] [--warm RUNS]\n{string.Join('\n', benchmarks.Select(one => $"  {one.Name}: {string.Join(", ", one.Shapes)}"))}");
    return 2;
}
