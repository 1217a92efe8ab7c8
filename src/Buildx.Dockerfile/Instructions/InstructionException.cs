namespace Buildx.Dockerfile;

/// <summary>An instruction that makes no sense as it is; inside the library only, reported as a <see cref="Diagnostic"/>.</summary>
internal sealed class InstructionException(string message, TextRange? range = null) : Exception(message)
{
    /// <summary>Null for the whole instruction.</summary>
    public TextRange? Range { get; } = range;
}
