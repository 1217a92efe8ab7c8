using Buildx.Protocol.Explanations;

namespace Buildx.Client.Explanations;

/// <summary>Why a step ran, in words.</summary>
public static class CauseText
{
    private const int MaximumValue = 60;

    /// <summary>What is told while a build runs: what has changed, not what came of it or was there never before; empty for nothing.</summary>
    public static IReadOnlyList<string> Notable(StepReason reason) =>
        [.. reason.Causes.Where(cause => cause.Kind is not (CauseKinds.New or CauseKinds.Follows or CauseKinds.NoCache)).Select(Describe)];

    public static string Describe(StepCause cause) => cause.Kind switch
    {
        CauseKinds.New => "it has no earlier result to compare with",
        CauseKinds.NoCache => "the cache was not to be used for it",
        CauseKinds.Pruned => "its result was removed from the cache",
        CauseKinds.NotInCache => "an imported cache knows its result, but has no files of it",
        CauseKinds.Follows => $"it follows {cause.Subject}, which ran",
        CauseKinds.Base => cause.Was == cause.Is ? $"{cause.Is} is not what it was" : $"it is built on {Quote(cause.Is)}, no longer on {Quote(cause.Was)}",
        CauseKinds.File => DescribeFile(cause),
        CauseKinds.Files => cause.Subject is { } number ? $"{number} more files of {cause.Of}" : $"files of {cause.Of}",
        CauseKinds.Source => $"source {cause.Is} instead of {cause.Was}",
        CauseKinds.Image => $"image {cause.Subject} is another: {cause.Is}, was {cause.Was}",
        CauseKinds.Git => $"repository {cause.Subject} is at {cause.Is}, was at {cause.Was}",
        CauseKinds.Http => $"download {cause.Subject} is another: {cause.Is}, was {cause.Was}",
        CauseKinds.Argument => DescribeValue("build argument", cause),
        CauseKinds.Variable => DescribeValue("variable", cause),
        CauseKinds.Command => $"command is {Quote(cause.Is)}, was {Quote(cause.Was)}",
        CauseKinds.Instruction => "instruction does something else",
        CauseKinds.Option => DescribeValue("", cause),
        CauseKinds.Document => $"text of the document {cause.Subject}",
        CauseKinds.Platform => $"platform is {cause.Is}, was {cause.Was}",
        CauseKinds.Lost => "its earlier result is gone",
        _ => cause.Kind,
    };

    private static string DescribeFile(StepCause cause)
    {
        var place = cause.Of is null or "context" ? "" : $" of {cause.Of}";
        return cause.Change switch
        {
            CauseChanges.Added => $"file {cause.Subject}{place} is new",
            CauseChanges.Removed => $"file {cause.Subject}{place} is gone, or is left out now",
            CauseChanges.Mode => $"mode of {cause.Subject}{place} is {cause.Is}, was {cause.Was}",
            CauseChanges.Owner => $"owner of {cause.Subject}{place} is {cause.Is}, was {cause.Was}",
            CauseChanges.Renamed => $"file {cause.Subject}{place} was {cause.Was}",
            CauseChanges.Attributes => $"extended attributes of {cause.Subject}{place} changed",
            CauseChanges.Kind => $"{cause.Subject}{place} is no longer the same kind of file",
            _ => $"file {cause.Subject}{place} changed",
        };
    }

    private static string DescribeValue(string what, StepCause cause)
    {
        var subject = what.Length > 0 ? $"{what} {cause.Subject}" : cause.Subject;
        return (cause.Was, cause.Is) switch
        {
            (null, null) => cause.Change switch { CauseChanges.Added => $"{subject} is new", CauseChanges.Removed => $"{subject} is gone", _ => $"{subject} has another value" },
            (null, var now) => $"{subject} is {Quote(now)}, was not set",
            (var before, null) => $"{subject} is not set, was {Quote(before)}",
            var (before, now) => $"{subject} is {Quote(now)}, was {Quote(before)}",
        };
    }

    private static string Quote(string? text)
    {
        var line = (text ?? "").ReplaceLineEndings(" ");
        return $"\"{(line.Length <= MaximumValue ? line : line[..MaximumValue] + "…")}\"";
    }
}
