using System.Text;
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
                throw new FrontendException($"the request \"{request}\" is not supported; there are {Lint}, {Outline} and {Targets}");
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

    public static FrontendResult Describe() => Result("1.0.0", (
        """
        [
          {"name": "frontend.outline", "version": "1.0.0", "type": "rpc", "description": "List the arguments, secrets and agents of a target"},
          {"name": "frontend.targets", "version": "1.0.0", "type": "rpc", "description": "List the targets of a file"},
          {"name": "frontend.lint", "version": "1.0.0", "type": "rpc", "description": "Check a file"},
          {"name": "frontend.subrequests.describe", "version": "1.0.0", "type": "rpc", "description": "List what can be requested"}
        ]
        """u8.ToArray(), "frontend.outline\nfrontend.targets\nfrontend.lint\nfrontend.subrequests.describe\n"));

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
        }
        return Result("1.0.0", LintReport.Create(warnings, error, source));
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

    internal static byte[] WriteObject(Action<Utf8JsonWriter> members)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    internal static void WriteOptional(Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            json.WriteString(name, value);
    }
}
