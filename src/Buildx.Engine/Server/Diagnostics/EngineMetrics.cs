using System.Diagnostics;
using System.Globalization;
using System.Text;
using Buildx.Linux.Processes;

namespace Buildx.Engine.Server.Diagnostics;

/// <summary>Figures about the engine at one moment, under the names that Prometheus users know.</summary>
internal sealed class EngineMetrics
{
    private readonly List<(string Name, string Kind, string Labels, double Value, string Help)> _figures = [];

    public static EngineMetrics Read(Engine engine)
    {
        var metrics = new EngineMetrics();
        using var process = Process.GetCurrentProcess();
        metrics.Add("process_cpu_seconds_total", "counter", process.TotalProcessorTime.TotalSeconds, "Processor time of the engine itself.");
        metrics.Add("process_resident_memory_bytes", "gauge", process.WorkingSet64, "Memory of the engine itself.");
        metrics.Add("process_open_fds", "gauge", Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(), "Open file descriptors.");
        metrics.Add("process_threads", "gauge", process.Threads.Count, "Threads.");
        metrics.Add(
            "process_start_time_seconds", "gauge", new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0, "When the engine started.");
        metrics.Add("dotnet_gc_heap_size_bytes", "gauge", GC.GetTotalMemory(false), "Managed memory.");
        metrics.Add("dotnet_gc_committed_bytes", "gauge", GC.GetGCMemoryInfo().TotalCommittedBytes, "What the garbage collector holds of the system.");
        if (NativeHeap.Read() is { } heap)
        {
            metrics.Add("native_heap_used_bytes", "gauge", heap.Used, "Memory in use that is not managed.");
            metrics.Add("native_heap_held_bytes", "gauge", heap.Held, "What the native heap holds of the system.");
        }
        var history = engine.History;
        metrics.Add("buildkit_builds_running", "gauge", history.Active.Count, "Builds that run now.");
        metrics.Add("buildkit_builds_total", "counter", history.Succeeded, "Builds that ended.", "{status=\"completed\"}");
        metrics.Add("buildkit_builds_total", "counter", history.Failed, "Builds that ended.", "{status=\"error\"}");
        metrics.Add("buildkit_sessions", "gauge", engine.Control.SessionCount, "Clients that are connected.");
        return metrics;
    }

    public string ToPrometheus()
    {
        var text = new StringBuilder();
        var last = "";
        foreach (var (name, kind, labels, value, help) in _figures)
        {
            if (name != last)
                text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {kind}\n");
            last = name;
            text.Append(CultureInfo.InvariantCulture, $"{name}{labels} {value:R}\n");
        }
        return text.ToString();
    }

    public string ToJson()
    {
        var lines = _figures.Select(figure => string.Create(
            CultureInfo.InvariantCulture, $"  \"{(figure.Name + figure.Labels).Replace("\"", "'", StringComparison.Ordinal)}\": {figure.Value:R}"));
        return "{\n" + string.Join(",\n", lines) + "\n}\n";
    }

    private void Add(string name, string kind, double value, string help, string labels = "") => _figures.Add((name, kind, labels, value, help));
}
