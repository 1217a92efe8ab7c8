namespace Buildx.Dockerfile;

/// <summary>A <c>FROM</c> and what follows it.</summary>
public sealed record DockerfileStage(FromInstruction From, IReadOnlyList<Instruction> Instructions)
{
    public string? Name => From.StageName;

    /// <summary>From the comment above, <c># NAME description</c>.</summary>
    public string? Description => Name is null ? null : InstructionReader.Description(From.Comments, Name);
}
