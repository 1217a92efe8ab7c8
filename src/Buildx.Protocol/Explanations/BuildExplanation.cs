namespace Buildx.Protocol.Explanations;

/// <summary>Why the steps of a build ran. What is not in it was taken from the cache.</summary>
public sealed record BuildExplanation(IReadOnlyList<ExplainedStep> Steps)
{
    /// <summary>An explanation as a blob, beside the log of a build's record.</summary>
    public const string MediaType = "application/vnd.buildx.explanation.v1+json";

    /// <summary>Annotation of the log's descriptor in a build's record: the explanation's digest.</summary>
    public const string Annotation = "org.buildx.explanation.digest";

    /// <summary>A client that sends it with <c>Status</c> is told reasons as the steps begin: as a status with <see cref="StatusId"/>.</summary>
    public const string Header = "buildx-reasons";

    /// <summary>The status of a vertex whose name is a <see cref="StepReason"/> as JSON.</summary>
    public const string StatusId = "buildx.reason";
}
