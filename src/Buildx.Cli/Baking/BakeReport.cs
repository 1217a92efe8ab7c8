using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Buildx.Bake.Targets;
using Buildx.Cli.Building;
using Buildx.Cli.Values;
using Buildx.Client;
using Buildx.Client.Progress;

namespace Buildx.Cli.Baking;

/// <summary>What is left to say when all targets are built: answers to calls, and the metadata file.</summary>
internal sealed class BakeReport(CliContext context, BakeRequest request, BakePlan plan)
{
    /// <returns>The exit code.</returns>
    public int Write(IReadOnlyDictionary<string, PreparedBuild> builds, IReadOnlyDictionary<string, SolveResult> results, IReadOnlyList<BuildWarning> warnings)
    {
        if (request.MetadataFile is { } path)
            MetadataFile.Write(path, results.ToDictionary(pair => pair.Key, pair => builds[pair.Key].Request.Call is null ? pair.Value.ExporterResponse : pair.Value.Answer), warnings);
        var calls = builds.Where(pair => pair.Value.Request.Call is not null).OrderBy(pair => pair.Key, StringComparer.Ordinal).ToList();
        return calls.Count == 0 ? 0 : request.Call?.AsJson == true ? WriteJson(calls, results) : WriteTexts(calls, results);
    }

    private int WriteTexts(IReadOnlyList<KeyValuePair<string, PreparedBuild>> calls, IReadOnlyDictionary<string, SolveResult> results)
    {
        var exitCode = 0;
        foreach (var (name, build) in calls)
        {
            if (name != calls[0].Key)
                context.Out.WriteLine();
            context.Out.WriteLine(name);
            if (plan.Targets[name].Description is { Length: > 0 } description)
                context.Out.WriteLine(description);
            context.Out.WriteLine();
            try
            {
                exitCode = Math.Max(exitCode, new CallReport(context.Out, build.Sources.ShowName).Write(build.Request.Call!, results[name].Answer));
            }
            catch (CliException e)
            {
                context.Out.WriteLine($"error: {e.Message}");
                exitCode = 1;
            }
        }
        return exitCode;
    }

    private int WriteJson(IReadOnlyList<KeyValuePair<string, PreparedBuild>> calls, IReadOnlyDictionary<string, SolveResult> results)
    {
        var exitCode = 0;
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartObject("target");
            foreach (var (name, build) in calls)
            {
                var call = build.Request.Call!;
                var answer = results[name].Answer;
                json.WriteStartObject(name);
                json.WritePropertyName(call.Method == FrontendCall.Lint ? "check" : call.Method);
                if (answer.GetValueOrDefault("result.json") is { } text)
                    json.WriteRawValue(text);
                else
                    json.WriteNullValue();
                json.WriteEndObject();
                if (!call.IgnoreStatus && answer.TryGetValue("result.statuscode", out var status) && int.TryParse(status, out var code))
                    exitCode = Math.Max(exitCode, code);
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        context.Out.WriteLine(Encoding.UTF8.GetString(buffer.ToArray()));
        return exitCode;
    }
}
