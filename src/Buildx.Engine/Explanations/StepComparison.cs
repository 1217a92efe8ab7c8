using Buildx.Engine.Storage;
using Buildx.Oci;
using Buildx.Protocol.Explanations;

namespace Buildx.Engine.Explanations;

/// <summary>What of a step's facts differs from those of an earlier one.</summary>
/// <param name="findRan">Whether an input ran in this build, and what it was compared with; null when it did not.</param>
internal sealed class StepComparison(IStepFacts store, Func<InputFacts, StepReason?> findRan)
{
    private const int MaximumDepth = 32;

    // By how much two steps differ: the earlier one that differs least is the one to compare with.
    private const int OfAnotherStep = 8;
    private const int OfAnything = 10;
    private const int OfAnotherRun = 4;
    private const int OfARun = 1;

    public StepDifference Compare(StepFacts before, StepFacts now) => Compare(before, now, 0);

    /// <summary>All causes, with the names of files that differ.</summary>
    /// <param name="lists">Lists of files that are not kept yet, by their digests.</param>
    public IReadOnlyList<StepCause> Tell(StepDifference difference, IReadOnlyDictionary<string, byte[]> lists) =>
        [.. difference.Parts.SelectMany(part => part.Lists is var (before, now) ? CompareFiles(part.Cause, before, now, lists) : [part.Cause]).Distinct()];

    private StepDifference Compare(StepFacts before, StepFacts now, int depth)
    {
        var own = CompareParts(before.Parts, now.Parts);
        var selectsOtherFiles = own.Exists(cause =>
            cause is { Kind: CauseKinds.Option, Subject: StepParts.Selection or StepParts.Includes or StepParts.Excludes } || cause.Subject?.StartsWith("mount ", StringComparison.Ordinal) == true);
        var distance = own.Count * OfAnything;
        List<StepDifference.Part> found = [.. own.Select(cause => new StepDifference.Part(cause))];
        var followed = new List<StepCause>();
        foreach (var input in now.Inputs)
        {
            if (before.Inputs.FirstOrDefault(other => other.Role == input.Role) is not { } earlier || IsSame(earlier, input))
                continue;
            if (findRan(input) is { } ran && input.Source is null)
            {
                followed.Add(new StepCause(CauseKinds.Follows, input.Name));
                distance += ran.Nearest == earlier.Record ? OfARun : OfAnotherRun;
                continue;
            }
            var causes = CompareInput(earlier, input, selectsOtherFiles, depth);
            found.AddRange(causes.Where(cause => !found.Contains(cause)));
            distance += causes is [{ Cause.Kind: CauseKinds.Base }] ? OfAnotherStep : causes.Count > 0 ? OfAnything : 0;
        }
        // What differs before it is told there, once.
        return new StepDifference(found.Count > 0 ? found : [.. followed.DistinctBy(cause => cause.Subject).Select(cause => new StepDifference.Part(cause))], distance);
    }

    private static bool IsSame(InputFacts before, InputFacts now) =>
        (before.Record == now.Record && before.Index == now.Index) || (before.Files is not null && before.Files == now.Files);

    private IReadOnlyList<StepDifference.Part> CompareInput(InputFacts before, InputFacts now, bool selectsOtherFiles, int depth)
    {
        if (now.Source is { } source)
        {
            if (before.Source is not { } old)
                return Part(new(CauseKinds.Base, now.Role, Was: before.Name, Is: source.Name));
            if (old.Kind != source.Kind || old.Name != source.Name)
                return Part(new(CauseKinds.Source, now.Role, Was: old.Name, Is: source.Name));
            // Another platform's image is another image, of course.
            if (old.Platform != source.Platform)
                return Part(new(CauseKinds.Platform, Was: old.Platform, Is: source.Platform));
            if (source.Kind != CauseKinds.File && old.Identity != source.Identity)
                return Part(new(source.Kind, source.Name, Was: old.Identity, Is: source.Identity));
            return source.Kind == CauseKinds.File && selectsOtherFiles ? [] : Files(before, now, source.Name);
        }
        if (before.Source is { } was)
            return Part(new(CauseKinds.Base, now.Role, Was: was.Name, Is: now.Name));
        // It has run in another build: what differed then differs still.
        if (depth < MaximumDepth && Find(before.Record) is { } factsBefore && Find(now.Record) is { } factsNow
            && Compare(factsBefore, factsNow, depth + 1) is { Distance: < 2 * OfAnything, Parts: [_, ..] parts })
        {
            return parts;
        }
        return before.Files is not null && now.Files is not null && !selectsOtherFiles
            ? Files(before, now, now.Name)
            : Part(new(CauseKinds.Base, now.Role, Was: before.Name, Is: now.Name));
    }

    private static StepDifference.Part[] Part(StepCause cause) => [new(cause)];

    private static StepDifference.Part[] Files(InputFacts before, InputFacts now, string of) =>
        [new(new StepCause(CauseKinds.Files, Of: of), before.Files is { } old && now.Files is { } current ? (old, current) : null)];

    /// <param name="unnamed">What is said where the lists are not to be had.</param>
    private IReadOnlyList<StepCause> CompareFiles(StepCause unnamed, string before, string now, IReadOnlyDictionary<string, byte[]> lists)
    {
        if (Read(before) is not { } old || Read(now) is not { } current)
            return [unnamed];
        var (onlyBefore, onlyNow) = FileList.FindDifferences(old, current);
        var causes = FileComparison.Compare(onlyBefore, onlyNow, unnamed.Of!);
        return causes.Count > 0 ? causes : [unnamed];

        byte[]? Read(string digest) => lists.GetValueOrDefault(digest) ?? store.FindFiles(Digest.Parse(digest));
    }

    private StepFacts? Find(string record) => store.Find(Digest.Parse(record)) is { } json ? StepFacts.TryRead(json) : null;

    private static List<StepCause> CompareParts(IReadOnlyList<StepPart> before, IReadOnlyList<StepPart> now)
    {
        var causes = new List<StepCause>();
        var old = Group(before);
        var current = Group(now);
        foreach (var (key, value) in current)
        {
            if (!old.TryGetValue(key, out var was))
                causes.Add(Cause(key, CauseChanges.Added, null, value));
            else if (was != value)
                causes.Add(Cause(key, null, was, value));
        }
        causes.AddRange(old.Where(part => !current.ContainsKey(part.Key)).Select(part => Cause(part.Key, CauseChanges.Removed, part.Value, null)));
        return causes;
    }

    private static Dictionary<(string Kind, string? Subject), string> Group(IReadOnlyList<StepPart> parts) => parts
        .GroupBy(part => (part.Kind, part.Subject))
        .ToDictionary(group => group.Key, group => string.Join(", ", group.Select(part => part.Value)));

    private static StepCause Cause((string Kind, string? Subject) part, string? change, string? was, string? @is)
    {
        var isHidden = part.Kind == CauseKinds.Variable && StepParts.IsSecret(part.Subject!);
        return new StepCause(part.Kind, part.Subject, change, isHidden ? null : was, isHidden ? null : @is);
    }
}
