using Buildx.Differential.Tests.Reading;

namespace Buildx.Differential.Tests;

/// <summary>Each case is built by our executable and by the BuildKit inside Docker Engine; the results must be the same.</summary>
public sealed class DifferentialTests(Comparisons comparisons)
{
    public static TheoryData<string> CaseIds => [.. Comparisons.Chosen.Select(one => one.Id)];

    [Theory]
    [MemberData(nameof(CaseIds))]
    public async Task Both_builders_agree_but_where_the_table_says_otherwise(string caseId)
    {
        var differences = await comparisons.GetAsync(caseId);

        var known = KnownDifferences.Of(caseId);
        var unknown = differences.Where(difference => !known.Contains(difference.Aspect)).ToList();
        Assert.True(unknown.Count == 0, $"{caseId}: {unknown.Count} differences\n{string.Join('\n', unknown.Take(20))}");
        var gone = known.Except(differences.Select(difference => difference.Aspect));
        Assert.True(!gone.Any(), $"{caseId} no longer differs in {string.Join(", ", gone)}: remove that from {KnownDifferences.File}");
    }

    [Fact]
    public void The_table_names_cases_that_exist() => Assert.Equal([], KnownDifferences.Cases.Except(Comparisons.All.Select(one => one.Id)));

    [Fact]
    public void There_are_at_least_two_hundred_cases_and_several_dozen_of_wrong_files()
    {
        Assert.InRange(Comparisons.All.Count, 200, int.MaxValue);
        Assert.InRange(Comparisons.All.Count(one => one.IsMeantToFail), 36, int.MaxValue);
    }
}
