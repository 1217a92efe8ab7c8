using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Buildx.Diagnostics;
using Buildx.Dockerfile;

namespace Buildx.Engine.Frontends.Dockerfile;

/// <summary>Requests that want to know something of a Dockerfile instead of building it.</summary>
internal static class Subrequests
{
    public const string Lint = "frontend.lint";
    public const string Outline = "frontend.outline";
    public const string Targets = "frontend.targets";
    public const string Describing = "frontend.subrequests.describe";

    public static async Task<FrontendResult> AnswerAsync(
        string request, DockerfileSource source, ConversionOptions options, IBuildContexts contexts, IImageMetadataResolver images, CancellationToken cancellationToken)
    {
        switch (request)
        {
            case Lint:
                return await LintAsync(source, options, contexts, images, cancellationToken);
            case Outline:
                var result = await DockerfileConverter.ConvertAsync(source.Document, options, contexts, images, cancellationToken);
                return Result("1.0.0", OutlineReport.Create(result.Outline, source));
            default:
                throw new FrontendException($"the request \"{request}\" is not known{Suggestion.Phrase(request, [Lint, Outline, Targets])}; there are {Lint} (--check), {Outline}, {Targets} and {Describing}");
        }
    }

    public static FrontendResult ListTargets(DockerfileSource source)
    {
        try
        {
            source.Document.ThrowIfInvalid();
        }
        catch (DockerfileException e)
        {
            throw DockerfileErrors.Wrap(e, source);
        }
        return Result("1.0.0", TargetsReport.Create(source));
    }

    public static FrontendResult Describe() => Result("1.0.0", DescriptionReport.Create());

    private static async Task<FrontendResult> LintAsync(
        DockerfileSource source, ConversionOptions options, IBuildContexts contexts, IImageMetadataResolver images, CancellationToken cancellationToken)
    {
        DockerfileException? error = null;
        IReadOnlyList<LintWarning> warnings = [];
        try
        {
            var configuration = options.Lint ?? ReadConfiguration(source);
            var result = await DockerfileConverter.ConvertAsync(
                source.Document,
                options with { AllStages = options.Target is null, Lint = configuration with { ErrorOnWarning = false } },
                contexts, images, cancellationToken);
            warnings = result.Warnings;
            if (configuration.ErrorOnWarning && warnings.Count > 0)
            {
                error = new DockerfileException(source.Document.FileName, [Diagnostic.Error(
                    $"lint violation found for rules: {string.Join(", ", warnings.Select(warning => warning.Rule.Name).Distinct())}")]);
            }
        }
        catch (DockerfileException e)
        {
            error = e;
            warnings = e.Warnings;
        }
        var answer = Result("1.0.0", LintReport.Create(warnings, error, source));
        var isClean = warnings.Count == 0 && error is null;
        return answer with { Metadata = new Dictionary<string, byte[]>(answer.Metadata) { ["result.statuscode"] = isClean ? "0"u8.ToArray() : "1"u8.ToArray() } };
    }

    private static LintConfiguration ReadConfiguration(DockerfileSource source)
    {
        if (DirectiveReader.Find("check", source.Document.Text) is not { } directive)
            return LintConfiguration.Default;
        try
        {
            return LintConfiguration.Parse(directive.Value.Split(' ')[0]);
        }
        catch (FormatException e)
        {
            throw new DockerfileException(source.Document.FileName, [Diagnostic.Error(e.Message, directive.Range)]);
        }
    }

    private static FrontendResult Result(string version, (byte[] Json, string Text) report) => new([], false, new Dictionary<string, byte[]>
    {
        ["result.json"] = report.Json,
        ["result.txt"] = Encoding.UTF8.GetBytes(report.Text),
        ["version"] = Encoding.ASCII.GetBytes(version),
    });

    /// <summary>The members <c>location</c> of reports.</summary>
    internal static void WriteLocation(Utf8JsonWriter json, TextRange range)
    {
        json.WriteStartObject("location");
        json.WriteStartArray("ranges");
        foreach (var line in SourceLocations.ToMessages([range]))
        {
            json.WriteStartObject();
            json.WriteStartObject("start");
            json.WriteNumber("line", line.Start.Line);
            json.WriteEndObject();
            json.WriteStartObject("end");
            json.WriteNumber("line", line.End.Line);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    internal static byte[] WriteObject(Action<Utf8JsonWriter> members) => WriteJson(json =>
    {
        json.WriteStartObject();
        members(json);
        json.WriteEndObject();
    });

    /// <summary>For people's eyes: what is quoted in a message stays as it is.</summary>
    internal static byte[] WriteJson(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            write(json);
        return buffer.ToArray();
    }

    /// <summary>Rows in columns, as other frontends of BuildKit align them.</summary>
    internal static void AppendTable(StringBuilder text, int padding, IReadOnlyList<string[]> rows)
    {
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Length - 1; i++)
                text.Append(row[i].PadRight(rows.Max(other => other[i].Length) + padding));
            text.Append(row[^1]).Append('\n');
        }
    }

    internal static void WriteOptional(Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            json.WriteString(name, value);
    }
}
