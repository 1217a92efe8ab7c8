namespace Buildx.Dockerfile;

/// <param name="Mounts">The values of <c>--mount</c>, not expanded yet; see <see cref="RunMount.Parse"/>.</param>
public sealed record RunInstruction(
    ShellCommand Command, IReadOnlyList<string> Mounts, RunNetwork Network, bool Insecure, IReadOnlyList<RunDevice> Devices) : Instruction
{
    /// <summary>Where each mount comes from (a stage, an image or a context), null for its default.</summary>
    public IReadOnlyList<string?> MountSources { get; init; } = [];
}
