namespace Buildx.Dockerfile;

/// <param name="Base">An image, a stage or <c>scratch</c>; may contain variables.</param>
/// <param name="StageName">In lower case, null for none.</param>
/// <param name="AsKeyword">How <c>AS</c> is written.</param>
public sealed record FromInstruction(string Base, string? StageName, string? WrittenStageName, string? AsKeyword, string Platform) : Instruction;
