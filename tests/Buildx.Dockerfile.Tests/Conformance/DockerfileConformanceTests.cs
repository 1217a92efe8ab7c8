using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Buildx.Llb;
using Buildx.Oci;

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
            return Names(expected, actual);
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
            var line = LinePattern().Match(error);
            return !line.Success || e.Errors[0].Ranges is [var range, ..] && range.Start.Line == int.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture)
                ? null
                : $"expected: {error}\nactual: {e.Message}";
        }
    });

    [Fact]
    public void Rules_find_what_the_data_says() => ForEach("lint", (document, expected) =>
    {
        if (expected["lint"]?["warnings"] is not JsonArray warnings || expected["lint"]!["buildError"] is not null)
            return null;
        var wanted = warnings.Select(warning => $"{warning!["location"]?["ranges"]?[0]?["start"]?["line"]} {warning["ruleName"]}: {warning["detail"]}").Order(StringComparer.Ordinal);
        var actual = Convert(document, expected, allStages: true).Warnings
            .Select(warning => $"{warning.Range.Start.Line} {warning.Rule.Name}: {warning.Message}").Order(StringComparer.Ordinal);
        return Difference(string.Join('\n', wanted), string.Join('\n', actual));
    });

    [Fact]
    public void Outlines_list_what_the_data_says() => ForEach("outline", (document, expected) =>
    {
        if (expected["outline"] is not JsonObject outline)
            return null;
        static string Lines(JsonNode? items) => string.Join(", ", (items?.AsArray() ?? []).Select(item =>
            $"{item!["name"]}={item["value"]} {item["description"]} {item["required"]}@{item["location"]?["ranges"]?[0]?["start"]?["line"]}").Order(StringComparer.Ordinal));
        var actual = Convert(document, expected).Outline;
        return Difference(
            $"{outline["name"]} {outline["description"]}\n{Lines(outline["args"])}\n{Lines(outline["secrets"])}\n{Lines(outline["ssh"])}",
            $"{actual.Name} {actual.Description}\n"
            + string.Join(", ", actual.Arguments.Select(argument => $"{argument.Name}={argument.Value} {argument.Description} @{argument.Range.Start.Line}").Order(StringComparer.Ordinal)) + "\n"
            + Requirements(actual.Secrets) + "\n" + Requirements(actual.SshAgents));
    });

    private static string Requirements(IEnumerable<Outline.Requirement> requirements) => string.Join(", ", requirements
        .Select(requirement => $"{requirement.Name}=  {(requirement.Required ? "true" : "")}@{requirement.Range.Start.Line}").Order(StringComparer.Ordinal));

    private static string? Names(JsonObject expected, Protocol.Pb.Definition actual)
    {
        foreach (var operation in expected["llb"]?.AsArray() ?? [])
        {
            var name = operation!["OpMetadata"]?["description"]?["llb.customname"]?.ToString() ?? "";
            var metadata = actual.Metadata[operation["Digest"]!.ToString()];
            if ((metadata.Description.TryGetValue("llb.customname", out var actualName) ? actualName : "") != name)
                return Difference(name, actualName ?? "");
            var caps = string.Join(' ', (operation["OpMetadata"]?["caps"]?.AsObject() ?? []).Select(cap => cap.Key).Order(StringComparer.Ordinal));
            var actualCaps = string.Join(' ', metadata.Caps.Keys.Order(StringComparer.Ordinal));
            if (caps != actualCaps)
                return Difference(caps, actualCaps);
        }
        return null;
    }

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
}
