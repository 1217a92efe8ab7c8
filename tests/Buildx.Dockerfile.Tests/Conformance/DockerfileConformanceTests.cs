using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.TestSupport;

namespace Buildx.Dockerfile.Tests.Conformance;

public sealed partial class DockerfileConformanceTests
{
    private static readonly Platform Amd64 = new("linux", "amd64");

    [Fact]
    public void Instructions_are_read_as_the_data_says() => ForEach("ast", (document, expected) =>
        Difference(
            string.Join('\n', expected["ast"]!.AsArray().Select(line => line!.ToString())),
            string.Join('\n', document.Syntax.Instructions.Select(instruction => $"({SyntaxDump.Write(instruction)})"))));

    [Fact]
    public void Images_are_configured_as_the_data_says() => ForEach("image", (document, expected) =>
    {
        if (expected["image"] is not { } image)
            return null;
        var actual = JsonNode.Parse(Oci.OciJson.Serialize(Convert(document, expected).Image))!;
        return JsonNode.DeepEquals(image, actual) ? null : Difference(image.ToJsonString(), actual.ToJsonString());
    });

    [Fact]
    public void Graphs_have_the_operations_of_the_data() => ForEach("llb", (document, expected) =>
    {
        if (!expected.ContainsKey("llb"))
            return null;
        // A serialized operation names its inputs by digest: when the last digest agrees, the whole graph does.
        var operations = expected["llb"]?.AsArray().ToArray() ?? [];
        var actual = LlbDefinition.Write(Convert(document, expected).Output);
        var actualDigests = actual.Def.Select(bytes => Digest.Sha256(bytes.Span).Value).ToHashSet();
        var differing = operations.Where(operation => !actualDigests.Contains(operation!["Digest"]!.ToString())).Select(operation => operation!.ToJsonString()).ToArray();
        if (differing.Length == 0 && actual.Def.Count == operations.Length)
        {
            _ = LlbGraph.Read(actual);
            return Metadata(expected, actual);
        }
        var wanted = operations.Select(operation => operation!["Digest"]!.ToString()).ToHashSet();
        return "expected:\n" + string.Join('\n', differing) + "\nactual:\n"
            + string.Join('\n', actual.Def.Where(bytes => !wanted.Contains(Digest.Sha256(bytes.Span).Value)).Select(bytes => Protocol.Pb.Op.Parser.ParseFrom(bytes).ToString()));
    });

    [Fact]
    public void Files_that_are_refused_are_refused_at_the_same_line() => ForEach("error", (document, expected) =>
    {
        var error = expected["convertError"]?.ToString();
        try
        {
            Convert(document, expected);
            return error is null ? null : $"was accepted; expected: {error}";
        }
        catch (DockerfileException e)
        {
            if (error is null)
                return $"was refused: {e.Message}";
            // A check that fails the build lists every place; upstream's error has none.
            if (error.StartsWith("lint violation", StringComparison.Ordinal))
                return null;
            var range = e.Errors[0].Ranges is [var first, ..] ? first : default;
            var lines = Lines(expected["lint"]?["buildError"]?["location"]);
            if (LinePattern().Match(error) is { Success: true } match)
                lines = [int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), .. lines];
            if (lines.Length == 0)
                return null;
            // A place may be more exact than upstream's, which is a whole instruction, and always has a column.
            var isInside = range.Start.Line >= lines.Min() && range.End.Line <= Math.Max(lines.Max(), range.Start.Line) && (lines.Contains(range.Start.Line) || !IsInstruction(document, lines[0]));
            return isInside && range.Start.Column > 0 && range.End >= range.Start ? null : $"expected: {error} at {string.Join(", ", lines)}\nactual: {e.Message} at {range.Start}-{range.End}";
        }
    });

    [Fact]
    public void Warnings_of_the_parser_are_those_of_the_data() => ForEach("warning", (document, expected) => Difference(
        string.Join('\n', (expected["parseWarnings"]?.AsArray() ?? []).Select(warning => warning!["Location"]?["Start"]?["Line"]?.ToString())),
        string.Join('\n', document.Syntax.EmptyContinuations.Select(range => range.Start.Line))));

    [Fact]
    public void Rules_find_what_the_data_says() => ForEach("lint", (document, expected) =>
    {
        var wanted = (expected["lint"]?["warnings"]?.AsArray() ?? []).Select(warning => warning!).OrderBy(warning => $"{Lines(warning["location"])[0]:0000} {warning["ruleName"]} {warning["detail"]}", StringComparer.Ordinal).ToArray();
        IReadOnlyList<LintWarning> found;
        try
        {
            found = Convert(document, expected, allStages: true).Warnings;
        }
        catch (DockerfileException e)
        {
            found = e.Warnings;
        }
        var actual = found.OrderBy(warning => $"{warning.Range.Start.Line:0000} {warning.Rule.Name} {warning.Message}", StringComparer.Ordinal).ToArray();
        var places = Difference(
            string.Join('\n', wanted.Select(warning => $"{string.Join(',', Lines(warning["location"]))} {warning["ruleName"]} {warning["url"]}")),
            string.Join('\n', actual.Select(warning => $"{string.Join(',', Enumerable.Range(warning.Range.Start.Line, warning.Range.End.Line - warning.Range.Start.Line + 1))} {warning.Rule.Name} {warning.Rule.Url}")));
        if (places is not null)
            return places;
        // The words differ, but what they are about must not.
        for (var i = 0; i < wanted.Length; i++)
        {
            foreach (var subject in Subjects(wanted[i]))
            {
                if (!actual.Any(warning => warning.Rule.Name == actual[i].Rule.Name && warning.Range == actual[i].Range && warning.Message.Contains(subject, StringComparison.Ordinal)))
                    return $"{wanted[i]["detail"]}\nis about \"{subject}\", which our message does not name: {actual[i].Message}";
            }
        }
        return null;
    });

    [Fact]
    public void Outlines_list_what_the_data_says() => ForEach("outline", (document, expected) =>
    {
        if (expected["outline"] is not JsonObject outline)
            return null;
        static string Items(JsonNode? items) => string.Join("; ", (items?.AsArray() ?? []).Select(item =>
            $"{item!["name"]}={item["value"]} {item["description"]} {item["required"]}@{string.Join(',', Lines(item["location"]))}").Order(StringComparer.Ordinal));
        var actual = Convert(document, expected).Outline;
        return Difference(
            $"{outline["name"]} {outline["description"]}\n{Items(outline["args"])}\n{Items(outline["secrets"])}\n{Items(outline["ssh"])}",
            $"{actual.Name} {actual.Description}\n"
            + string.Join("; ", actual.Arguments.Select(argument => $"{argument.Name}={argument.Value} {argument.Description} @{Lines(argument.Range)}").Order(StringComparer.Ordinal)) + "\n"
            + Requirements(actual.Secrets) + "\n" + Requirements(actual.SshAgents));
    });

    [Fact]
    public void Targets_are_those_of_the_data() => ForEach("targets", (document, expected) =>
    {
        // What upstream does not refuse at all where a file is wrong is not asked for here.
        if (expected["targets"] is not JsonObject targets)
            return expected["targetsError"] is null || document.Diagnostics.Count > 0 ? null : $"no error, expected: {expected["targetsError"]}";
        return Difference(
            string.Join('\n', targets["targets"]!.AsArray().Select(target =>
                $"{target!["name"]} {target["base"]} {target["platform"]} {target["description"]} {target["default"]?.GetValue<bool>() == true} @{string.Join(',', Lines(target["location"]))}")),
            string.Join('\n', document.Stages.Select(stage =>
                $"{stage.Name} {stage.From.Base} {stage.From.Platform} {stage.Description} {stage == document.Stages[^1]} @{Lines(stage.From.Range)}")));
    });

    private static string Requirements(IEnumerable<Outline.Requirement> requirements) => string.Join("; ", requirements
        .Select(requirement => $"{requirement.Name}=  {(requirement.Required ? "true" : "")}@{Lines(requirement.Range)}").Order(StringComparer.Ordinal));

    private static string Lines(TextRange range) => string.Join(',', Enumerable.Range(range.Start.Line, range.End.Line - range.Start.Line + 1));

    private static int[] Lines(JsonNode? location) => (location?["ranges"]?.AsArray() ?? [])
        .SelectMany(range => Enumerable.Range(range!["start"]!["line"]!.GetValue<int>(), range["end"]!["line"]!.GetValue<int>() - range["start"]!["line"]!.GetValue<int>() + 1)).ToArray();

    private static bool IsInstruction(DockerfileDocument document, int line) => document.Syntax.Instructions.Any(instruction => instruction.Range.Start.Line == line);

    /// <summary>What a message of upstream's puts between quotes, and what it suggests.</summary>
    private static IEnumerable<string> Subjects(JsonNode warning)
    {
        var detail = warning["detail"]!.ToString();
        if (SuggestionPattern().Match(detail) is { Success: true } suggestion)
            yield return suggestion.Value;
        // These show forms of an instruction, not parts of the file.
        if (warning["ruleName"]!.ToString() is "LegacyKeyValueFormat" or "InvalidDefinitionDescription")
            yield break;
        foreach (var match in QuotedPattern().Matches(detail).Cast<Match>())
            yield return match.Value[1..^1];
    }

    /// <summary>What is sent beside each operation; the id of a group is made anew each time.</summary>
    private static string? Metadata(JsonObject expected, Protocol.Pb.Definition actual)
    {
        foreach (var operation in expected["llb"]?.AsArray() ?? [])
        {
            var wanted = operation!["OpMetadata"];
            var metadata = actual.Metadata[operation["Digest"]!.ToString()];
            var difference = Difference(
                $"{Texts(wanted?["description"])} {Texts(wanted?["caps"])} {wanted?["ignore_cache"]?.GetValue<bool>() == true} {wanted?["progress_group"]?["name"]} {wanted?["progress_group"]?["weak"]?.GetValue<bool>() == true}",
                $"{string.Join("; ", metadata.Description.OrderBy(text => text.Key, StringComparer.Ordinal).Select(text => $"{text.Key}={text.Value}"))} "
                + $"{string.Join("; ", metadata.Caps.OrderBy(cap => cap.Key, StringComparer.Ordinal).Select(cap => $"{cap.Key}={(cap.Value ? "true" : "false")}"))} "
                + $"{metadata.IgnoreCache} {metadata.ProgressGroup?.Name} {metadata.ProgressGroup?.Weak == true}");
            if (difference is not null)
                return difference;
        }
        return null;
    }

    private static string Texts(JsonNode? map) => string.Join("; ", (map?.AsObject() ?? []).OrderBy(text => text.Key, StringComparer.Ordinal).Select(text => $"{text.Key}={text.Value}"));

    private static ConversionResult Convert(DockerfileDocument document, JsonObject expected, bool allStages = false) => DockerfileConverter.ConvertAsync(
        document,
        new ConversionOptions { TargetPlatform = Amd64, BuildPlatforms = [Amd64], AllStages = allStages },
        new LocalBuildContexts(uniqueId: "unique"),
        new FixedImages(),
        TestContext.Current.CancellationToken).GetAwaiter().GetResult();

    private static string? Difference(string expected, string actual) => expected == actual ? null : $"expected:\n{expected}\nactual:\n{actual}";

    private static void ForEach(string kind, Func<DockerfileDocument, JsonObject, string?> check)
    {
        var failures = new List<string>();
        var count = 0;
        foreach (var file in Directory.GetFiles(Path.Combine(ConformanceData.Require(), "dockerfile"), "*.Dockerfile").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            var id = $"{kind} {name[..3]}";
            var expected = JsonNode.Parse(File.ReadAllText(Path.ChangeExtension(file, ".json")))!.AsObject();
            count++;
            string? failure;
            try
            {
                failure = check(DockerfileDocument.Parse(File.ReadAllText(file)), expected);
            }
            catch (DockerfileException e)
            {
                failure = expected["convertError"] is null ? "was refused: " + e.Message : null;
            }
            catch (Exception e) when (e is not Xunit.Sdk.IAssertionException)
            {
                failure = e.ToString();
            }
            if (failure is not null && !KnownDifferences.Contains(id))
                failures.Add($"{id} ({name})\n{failure}");
        }
        Assert.True(count > 0, "there are no cases");
        Assert.True(failures.Count == 0, $"{failures.Count} of {count}\n" + string.Join("\n\n", failures));
    }

    [GeneratedRegex(@"error on line (\d+)")]
    private static partial Regex LinePattern();

    [GeneratedRegex(@"\(did you mean [^)]*\?\)")]
    private static partial Regex SuggestionPattern();

    [GeneratedRegex("'[^']*'|\"[^\"]*\"")]
    private static partial Regex QuotedPattern();
}
