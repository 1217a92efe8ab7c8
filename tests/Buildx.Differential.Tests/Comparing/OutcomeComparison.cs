using Buildx.Differential.Tests.Builders;
using Buildx.Differential.Tests.Reading;

namespace Buildx.Differential.Tests.Comparing;

internal static class OutcomeComparison
{
    public static IReadOnlyList<Difference> Compare(Case @case, Outcome ours, Outcome theirs, bool comparesCache)
    {
        var differences = new List<Difference>();
        if (ours.ExitCode != theirs.ExitCode)
            differences.Add(new("exit code", "", $"{ours.ExitCode} {ours.Error}", $"{theirs.ExitCode} {theirs.Error}"));
        else if (!IsAsGood(ours.Place, theirs.Place))
            differences.Add(new("place", "", $"{ours.Place}", $"{theirs.Place}"));
        CompareCause(@case, ours, theirs, differences);
        if (ours.ExitCode == 0 && theirs.ExitCode == 0)
            differences.AddRange(ImageComparison.Compare(ours.Images, theirs.Images));
        if (comparesCache && !ours.CachedSteps.SequenceEqual(theirs.CachedSteps))
            differences.Add(new("cached steps", "", string.Join(" · ", ours.CachedSteps), string.Join(" · ", theirs.CachedSteps)));
        return differences;
    }

    /// <summary>
    /// Where BuildKit does not know the place of an error, ours may; of an instruction of many lines, ours may know the line; and
    /// after the first error, which is what BuildKit shows, ours may show others.
    /// </summary>
    private static bool IsAsGood(ErrorPlace? ours, ErrorPlace? theirs) =>
        theirs is null || (ours is not null && ours.File == theirs.File && ours.Lines is [var first, ..] && theirs.Lines.Contains(first));

    /// <summary>A case that is meant to fail names the words by which each side tells the cause, for their messages differ.</summary>
    private static void CompareCause(Case @case, Outcome ours, Outcome theirs, List<Difference> differences)
    {
        if (theirs.ExitCode == 0 && @case.TheirError is null && ours.ExitCode == 0 && @case.OurError is null)
            return;
        if ((ours.ExitCode != 0) != (@case.OurError is not null) || !ours.Error.Contains(@case.OurError ?? "", StringComparison.Ordinal))
            differences.Add(new("cause", "", ours.Error, $"(the case wants ours to say) {@case.OurError}"));
        if ((theirs.ExitCode != 0) != (@case.TheirError is not null) || !theirs.Error.Contains(@case.TheirError ?? "", StringComparison.Ordinal))
            differences.Add(new("cause", "", $"(the case wants theirs to say) {@case.TheirError}", theirs.Error));
    }
}
