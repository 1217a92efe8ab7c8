namespace Buildx.Dockerfile;

/// <summary>A Dockerfile that cannot be built. The message names every error with its place and is meant for the user.</summary>
public sealed class DockerfileException : Exception
{
    public DockerfileException(string fileName, IReadOnlyList<Diagnostic> errors, Exception? inner = null)
        : base(string.Join('\n', errors.Select(error => error.Format(fileName))), inner) => Errors = errors;

    /// <summary>At least one, in the order of the file.</summary>
    public IReadOnlyList<Diagnostic> Errors { get; }

    /// <summary>What rules had found by then.</summary>
    public IReadOnlyList<LintWarning> Warnings { get; internal set; } = [];
}
