namespace Buildx.Engine.Sources.Git;

/// <summary>git ended with an error. The message is git's own, without secrets.</summary>
internal sealed class GitException(string message, string output) : Exception(message)
{
    /// <summary>Whether git said this.</summary>
    public bool Says(string text) => output.Contains(text, StringComparison.OrdinalIgnoreCase);
}
