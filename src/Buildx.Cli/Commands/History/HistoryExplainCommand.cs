using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Buildx.Cli.CommandLine;
using Buildx.Cli.History;
using Buildx.Cli.Templates;
using Buildx.Protocol.Explanations;

namespace Buildx.Cli.Commands;

/// <summary>Why the steps of a build ran. Only this project's engine keeps what it takes to tell.</summary>
internal sealed class HistoryExplainCommand : HistoryCommand
{
    private readonly Option<string?> _format = Flag.Text("--format", "pretty (default), json, or a Go template over .Ref and .Steps", "FORMAT");

    public HistoryExplainCommand()
        : base("explain", "Say why the steps of a build ran instead of being taken from the cache") => Options.Add(_format);

    public override IReadOnlyList<(string Arguments, string Effect)> Examples =>
    [
        ("history explain", "why the latest build did not find everything in the cache"),
        ("history explain ^1", "the same for the one before"),
    ];

    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        var reference = RecordReference.Parse(invocation.FirstArgument);
        var format = invocation.Get(_format) ?? "pretty";
        var template = format is "pretty" or "json" ? null : FormatFlag.Use(() => GoTemplate.Parse(format));
        await using var records = await BuildRecords.OpenAsync(context, reference, cancellationToken);
        var build = await records.FindOneAsync(reference, onlyCompleted: true, cancellationToken);
        var explanation = await ReadAsync(build, cancellationToken);
        if (format == "pretty")
        {
            ExplanationText.Write(context.Out, build, explanation);
            return 0;
        }
        var json = ToJson(build, explanation);
        await context.Out.WriteLineAsync(template is null ? JsonText.Indented(json) : FormatFlag.Use(() => template.Render(json)));
        return 0;
    }

    private static async Task<BuildExplanation> ReadAsync(BuildRecord build, CancellationToken cancellationToken)
    {
        if (build.Record.Logs?.Annotations.TryGetValue(BuildExplanation.Annotation, out var digest) != true)
        {
            throw new CliException(
                $"the engine of builder \"{build.Builder}\" does not tell why steps run; Buildx's own does (buildx create --driver embedded, or its engine's image)");
        }
        try
        {
            return ExplanationJson.ReadBuild(await new RecordBlobs([await build.Node.ConnectAsync(cancellationToken)]).ReadAsync(digest!, cancellationToken));
        }
        catch (JsonException e)
        {
            throw new CliException($"the explanation of build {build.Record.Ref} can't be read: {e.Message}", innerException: e);
        }
    }

    private static JsonObject ToJson(BuildRecord build, BuildExplanation explanation) => new()
    {
        ["Ref"] = build.Record.Ref,
        ["NumTotalSteps"] = build.Record.NumTotalSteps,
        ["NumCachedSteps"] = build.Record.NumCachedSteps,
        ["Steps"] = new JsonArray([.. explanation.Steps.Select(step => new JsonObject
        {
            ["Name"] = step.Name,
            ["Vertex"] = step.Vertex,
            ["Causes"] = new JsonArray([.. step.Reason.Causes.Select(ToJson)]),
        })]),
    };

    private static JsonNode ToJson(StepCause cause)
    {
        var json = new JsonObject { ["Kind"] = cause.Kind };
        foreach (var (key, value) in new[] { ("Subject", cause.Subject), ("Change", cause.Change), ("Was", cause.Was), ("Is", cause.Is), ("Of", cause.Of) })
        {
            if (value is not null)
                json[key] = value;
        }
        json["Text"] = Client.Explanations.CauseText.Describe(cause);
        return json;
    }
}
