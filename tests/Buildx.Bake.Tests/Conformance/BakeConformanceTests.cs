using Buildx.Bake.Printing;

namespace Buildx.Bake.Tests.Conformance;

/// <summary>Definitions with what another implementation says about them.</summary>
public sealed class BakeConformanceTests
{
    private static readonly BakeOptions Options = new()
    {
        BuiltInVariables = new Dictionary<string, string> { ["BAKE_CMD_CONTEXT"] = "cwd://", ["BAKE_LOCAL_PLATFORM"] = "linux/amd64" },
        WorkingDirectory = Path.GetTempPath(),
    };

    [Fact]
    public void Definitions_give_the_targets_that_the_data_says() => Check(".print.json", definition =>
    {
        var names = definition.Targets.Select(target => target.Name).Concat(definition.Groups.Select(group => group.Name)).Distinct().Order(StringComparer.Ordinal).ToList();
        return PlanPrinter.Print(BakeFile.Plan(definition, names.Count > 0 ? names : ["default"], Options));
    }, canDiffer: true);

    [Fact]
    public void Definitions_list_the_targets_that_the_data_says() => Check(".list.json", definition => ListPrinter.PrintTargets(definition, asJson: true));

    [Fact]
    public void Definitions_list_the_variables_that_the_data_says() => Check(".vars.json", definition => ListPrinter.PrintVariables(definition, asJson: true));

    /// <param name="canDiffer">Whether the listed differences are in what this compares.</param>
    private static void Check(string extension, Func<Targets.BakeDefinition, string> show, bool canDiffer = false)
    {
        var differences = KnownDifferences.Read().Recorded;
        var failures = new List<string>();
        var differing = new List<string>();
        var count = 0;
        foreach (var file in Definitions())
        {
            var name = Path.GetFileNameWithoutExtension(file);
            var expected = Path.ChangeExtension(file, extension);
            var error = Path.ChangeExtension(file, ".err");
            if (!(File.Exists(expected) || File.Exists(error)))
                continue;
            count++;
            var failure = Compare(file, File.Exists(expected) ? File.ReadAllText(expected) : null, File.Exists(error) ? File.ReadAllText(error) : "", show);
            if (failure is not null && differences.Contains(name))
                differing.Add(name);
            else if (failure is not null)
                failures.Add($"{name}: {failure}");
        }
        Assert.True(count > 80, $"only {count} definitions were found");
        Assert.True(failures.Count == 0, $"{failures.Count} of {count}\n" + string.Join("\n\n", failures));
        Assert.Equal((canDiffer ? differences.AsEnumerable() : []).Order(StringComparer.Ordinal), differing.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Definitions() => Directory.GetFiles(Path.Combine(ConformanceData.Require(), "bake"))
        .Where(file => Path.GetExtension(file) is ".hcl" or ".yml" || (file.EndsWith(".json", StringComparison.Ordinal) && Path.GetFileName(file).Count(c => c == '.') == 1))
        .Order(StringComparer.Ordinal);

    private static string? Compare(string file, string? expected, string error, Func<Targets.BakeDefinition, string> show)
    {
        try
        {
            var actual = show(BakeFile.Read([new SourceText(Path.GetFileName(file), File.ReadAllText(file))], Options));
            return expected is null ? $"an error is expected: {error}\nactual: {actual}"
                : JsonComparison.AreSame(expected, actual) ? null
                : $"expected:\n{expected}\nactual:\n{actual}";
        }
        catch (BakeException e) when (expected is null)
        {
            return ErrorPlace.Find(error) is not { } place || place.IsIn(e) ? null : $"expected at {place}: {error}\nactual: {string.Join('\n', e.Diagnostics)}";
        }
        catch (BakeException e)
        {
            return $"expected:\n{expected}\nactual: {e.Message}";
        }
    }
}
