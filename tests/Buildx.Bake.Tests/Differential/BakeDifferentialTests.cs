using Buildx.Bake.Tests.Conformance;

namespace Buildx.Bake.Tests.Differential;

/// <summary>Each case is run with this project's library and with Docker's Buildx; what they print is the same, or both refuse the same place.</summary>
public sealed class BakeDifferentialTests
{
    private const int Minimum = 250;

    [Fact]
    public async Task Every_definition_gives_what_Buildx_gives()
    {
        var cases = BakeCase.ReadAll();
        var only = Environment.GetEnvironmentVariable("BAKE_CASE");
        Assert.True(cases.Count >= Minimum, $"there are only {cases.Count} cases");
        Assert.Equal([], cases.GroupBy(c => c.Name).Where(group => group.Count() > 1).Select(group => group.Key));
        var known = KnownDifferences.Read();
        using var configuration = new TemporaryDirectory();
        var failures = new List<string>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = TestContext.Current.CancellationToken };
        await Parallel.ForEachAsync(cases.Where(c => only is null || c.Name.Contains(only)), options, async (@case, _) =>
        {
            var (difference, isOfPlace) = await CompareAsync(@case, configuration.Path);
            var isKnown = known.Differential.Contains(@case.Name) || (known.Places.Contains(@case.Name) && (isOfPlace || difference is null));
            var failure = difference is not null && !isKnown ? difference : difference is null && isKnown ? "is listed as a difference, and is none" : null;
            if (failure is null)
                return;
            lock (failures)
                failures.Add($"{@case.Name}: {failure}");
        });
        Assert.True(failures.Count == 0, $"{failures.Count} of {cases.Count} cases\n\n" + string.Join("\n\n", failures.Order(StringComparer.Ordinal)));
    }

    private static async Task<(string? Difference, bool IsOfPlace)> CompareAsync(BakeCase @case, string configuration)
    {
        using var directory = new TemporaryDirectory();
        foreach (var (name, content) in @case.Files)
            directory.Write(name, content);
        var (expected, error, place) = await TheirBake.RunAsync(@case, directory.Path, configuration);
        try
        {
            var actual = await OurBake.RunAsync(@case, directory.Path);
            return (expected is null ? $"Buildx refuses it:\n{error}\nours:\n{actual}"
                : JsonComparison.AreSame(expected, actual) ? null
                : $"theirs:\n{expected}\nours:\n{actual}", false);
        }
        catch (BakeException e)
        {
            return expected is not null ? ($"ours refuses it: {e.Message}\ntheirs:\n{expected}", false)
                : place is null || place.IsIn(e) ? (null, false)
                : ($"Buildx refuses {place}:\n{error}\nours:\n{string.Join('\n', e.Diagnostics)}", place.IsInLineOf(e));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return ($"ours failed: {e}", false);
        }
    }
}
