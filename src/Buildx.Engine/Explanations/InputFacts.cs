namespace Buildx.Engine.Explanations;

/// <summary>What an input was.</summary>
/// <param name="Role">What the step takes it for: where it is mounted, what is copied from it.</param>
/// <param name="Record">Its record.</param>
/// <param name="Files">The digest of what was read of it, where that is all that counts; else null.</param>
internal sealed record InputFacts(string Role, string Name, string Record, long Index, SourceFacts? Source = null, string? Files = null);
