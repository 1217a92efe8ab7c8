using System.Globalization;
using System.Text;
using Buildx.Oci;
using Buildx.Protocol.ControlApi;
using Timestamp = Google.Protobuf.WellKnownTypes.Timestamp;

namespace Buildx.Engine.BuildRecords;

/// <summary>
/// A build's work in spans, made of its log: the build, below it its steps, one for each time a step ran, and below these what they
/// told of their parts (layers that were pulled, files that were sent).
/// </summary>
internal sealed class BuildSpans(BuildHistoryRecord record)
{
    private readonly Dictionary<string, Step> _steps = [];
    private readonly Dictionary<(string Vertex, string Id), VertexStatus> _parts = [];
    private readonly List<(string Vertex, string Message, DateTimeOffset Time)> _warnings = [];

    public void Add(StatusResponse change)
    {
        foreach (var vertex in change.Vertexes)
        {
            if (!_steps.TryGetValue(vertex.Digest, out var step))
                _steps[vertex.Digest] = step = new Step();
            step.Add(vertex);
        }
        foreach (var part in change.Statuses.Where(part => part.Started is not null))
            _parts[(part.Vertex, part.ID)] = part;
        foreach (var log in change.Logs)
        {
            if (_steps.TryGetValue(log.Vertex, out var step))
                step.LogBytes += log.Msg.Length;
        }
        foreach (var warning in change.Warnings)
            _warnings.Add((warning.Vertex, warning.Short.ToStringUtf8(), Completed));
    }

    private DateTimeOffset Completed => (record.CompletedAt ?? record.CreatedAt).ToDateTimeOffset();

    public IReadOnlyList<BuildSpan> Finish()
    {
        var root = new BuildSpan(IdOf("build"), "", "build", record.CreatedAt.ToDateTimeOffset(), Completed)
        {
            Attributes = [("ref", record.Ref), ("frontend", record.Frontend)],
            Error = record.Error?.Message ?? "",
        };
        var spans = new List<BuildSpan> { root };
        foreach (var (digest, step) in _steps)
        {
            for (var i = 0; i < step.Runs.Count; i++)
                spans.Add(ToSpan(digest, step, i, root.Id));
        }
        foreach (var ((vertex, id), part) in _parts)
        {
            if (_steps.TryGetValue(vertex, out var step) && step.Runs.Count > 0)
                spans.Add(ToSpan(vertex, id, part, step));
        }
        return [.. spans.OrderBy(span => span.Parent.Length > 0).ThenBy(span => span.Start)];
    }

    private BuildSpan ToSpan(string digest, Step step, int run, string parent)
    {
        var (vertex, started, completed) = step.Runs[run];
        var attributes = new List<(string, object)> { ("vertex", digest), ("cached", vertex.Cached) };
        if (step.LogBytes > 0)
            attributes.Add(("log.bytes", step.LogBytes));
        if (vertex.ProgressGroup is { Id.Length: > 0 } group)
            attributes.Add(("progress.group", group.Name));
        return new BuildSpan(IdOf(digest, run), parent, vertex.Name, started.ToDateTimeOffset(), completed?.ToDateTimeOffset() ?? Completed)
        {
            Attributes = attributes,
            Error = vertex.Error,
            Links = [.. vertex.Inputs.Where(input => _steps.TryGetValue(input, out var before) && before.Runs.Count > 0).Select(input => IdOf(input, 0))],
            Warnings = run < step.Runs.Count - 1 ? [] :
                [.. _warnings.Where(warning => warning.Vertex == digest).Select(warning => (warning.Message, completed?.ToDateTimeOffset() ?? warning.Time))],
        };
    }

    private BuildSpan ToSpan(string digest, string id, VertexStatus part, Step step)
    {
        var start = part.Started.ToDateTimeOffset();
        var run = Math.Max(0, step.Runs.FindLastIndex(run => run.Started.ToDateTimeOffset() <= start));
        var attributes = new List<(string, object)> { ("vertex", digest) };
        if (part.Current > 0)
            attributes.Add(("current", part.Current));
        if (part.Total > 0)
            attributes.Add(("total", part.Total));
        var end = part.Completed ?? step.Runs[run].Completed;
        return new BuildSpan(IdOf(digest, id), IdOf(digest, run), id, start, end?.ToDateTimeOffset() ?? Completed) { Attributes = attributes };
    }

    /// <summary>The same each time a trace is made: nothing of it depends on chance.</summary>
    private string IdOf(params object[] parts) => Hash(16, [record.Ref, .. parts]);

    public string TraceId => Hash(32, [record.Ref]);

    private static string Hash(int length, IEnumerable<object> parts) =>
        Digest.Sha256(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{string.Join('\n', parts)}"))).Value["sha256:".Length..][..length];

    private sealed class Step
    {
        public List<(Vertex Vertex, Timestamp Started, Timestamp? Completed)> Runs { get; } = [];

        public long LogBytes { get; set; }

        public void Add(Vertex vertex)
        {
            if (vertex.Started is not { } started)
                return;
            var run = (vertex, started, vertex.Completed);
            if (Runs is [.., var last] && last.Started.Equals(started))
                Runs[^1] = run;
            else
                Runs.Add(run);
        }
    }
}
