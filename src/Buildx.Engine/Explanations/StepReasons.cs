using System.Collections.Immutable;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Explanations;

namespace Buildx.Engine.Explanations;

/// <summary>Keeps what records are made of, and says why a step that found none has to run.</summary>
internal sealed class StepReasons(IStorage storage)
{
    private static readonly StepReason NewStep = new([new StepCause(CauseKinds.New)]);

    /// <param name="contents">What was read of those inputs of which only the content counts.</param>
    public DescribedStep Describe(LlbVertex vertex, ImmutableArray<VertexResult> inputs, ImmutableArray<InputContent?> contents)
    {
        var lists = new Dictionary<string, byte[]>();
        var facts = new InputFacts[inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
        {
            var content = contents.IsDefaultOrEmpty ? null : contents[i];
            facts[i] = new InputFacts(
                StepParts.RoleOf(vertex.Operation, i), inputs[i].Vertex.Name, inputs[i].Id.Value, vertex.Inputs[i].Index, SourceFacts.Of(inputs[i]), content?.Digest.Value);
            if (content is not null && FileList.Write(content.Files) is { } list)
                lists[content.Digest.Value] = list;
        }
        return new DescribedStep(new StepFacts(vertex.Name, StepParts.Of(vertex), facts), lists);
    }

    public void Save(IReadOnlyDictionary<string, byte[]> lists)
    {
        foreach (var (content, list) in lists)
            storage.Facts.SaveFiles(Digest.Parse(content), list);
    }

    public void Save(Digest record, LlbVertex vertex, StepFacts facts, BuildJob job) =>
        storage.Facts.Save(record, KeysOf(vertex, facts, job), job.Reference, facts.ToJson());

    /// <summary>Why a step runs that was not found.</summary>
    public StepReason Explain(LlbVertex vertex, DescribedStep step, ImmutableArray<VertexResult> inputs, BuildJob job)
    {
        var (facts, lists) = step;
        var keys = KeysOf(vertex, facts, job);
        var comparison = new StepComparison(storage.Facts, input => inputs.FirstOrDefault(result => result.Id.Value == input.Record)?.Ran);
        StoredFacts? nearest = null;
        StepDifference? difference = null;
        foreach (var candidate in storage.Facts.FindNear(keys, job.Reference))
        {
            // What another step of this build does was never this step.
            if (job.Explained.IsClaimed(candidate.Record) || (candidate.Operation != keys.Operation && job.Explained.IsTaken(job, candidate)))
                continue;
            if (StepFacts.TryRead(candidate.Facts) is not { } earlier)
                continue;
            var compared = comparison.Compare(earlier, facts);
            if (candidate.Place != keys.Place && !IsLike(compared))
                continue;
            if (difference is null || compared.Distance < difference.Distance)
                (nearest, difference) = (candidate, compared);
        }
        if (nearest is null || !job.Explained.Claim(nearest.Record))
            return NewStep;
        var causes = comparison.Tell(difference!, lists) is [_, ..] told ? told : [new StepCause(CauseKinds.Lost)];
        return new StepReason([.. causes.Select(cause => AsArgument(cause, job))], nearest.Record.Value);
    }

    private static StepKeys KeysOf(LlbVertex vertex, StepFacts facts, BuildJob job)
    {
        var below = facts.Inputs.FirstOrDefault(input => input.Role is "/" or "base") ?? (facts.Inputs is [var first, ..] ? first : null);
        return new StepKeys(StepPlace.Of(vertex, job.Project), StepFacts.OperationOf(facts.Parts), below?.Record ?? "", StepPlace.TextOf(vertex.Name));
    }

    /// <summary>A step of another project that does the same is the same step where it follows the same, or reads mostly the same.</summary>
    private static bool IsLike(StepDifference difference) => difference.Distance <= 10;

    /// <summary>A variable that the client has given a value is a build argument.</summary>
    private static StepCause AsArgument(StepCause cause, BuildJob job) =>
        cause.Kind == CauseKinds.Variable && job.Arguments.Contains(cause.Subject!) ? cause with { Kind = CauseKinds.Argument } : cause;
}
