namespace Buildx.Dockerfile;

/// <summary>Values of names, for expansion.</summary>
public interface IVariables
{
    /// <returns>Null when the name is not set.</returns>
    string? Find(string name);

    /// <summary>All names that are set, in the order they were set.</summary>
    IEnumerable<string> Names { get; }
}
