namespace Buildx.Dockerfile;

/// <summary>An instruction together with the stages it takes files from.</summary>
/// <param name="Sources">For <c>COPY</c> one, for <c>RUN</c> one per mount; null where the build context, or nothing, is meant.</param>
internal sealed record StageCommand(Instruction Instruction, IReadOnlyList<StageNode?> Sources, bool IsTrigger = false);
