namespace Buildx.EndToEnd.Tests;

/// <summary>Something that is built, changed and built again, and why its steps then run.</summary>
/// <param name="Name">What is changed.</param>
/// <param name="Act">Changes it.</param>
/// <param name="Expected">Each step that runs, with its causes: all of them, and nothing else.</param>
internal sealed record Change(string Name, Func<ChangedProject, Task> Act, params string[] Expected)
{
    /// <summary>Instead of the usual one.</summary>
    public string? Dockerfile { get; init; }

    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>Flags of the first build; the change may replace them.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    /// <summary>Prepares what lies outside of the project.</summary>
    public Func<ChangedProject, Task> Prepare { get; init; } = _ => Task.CompletedTask;

    public static Change Of(string name, Action<ChangedProject> act, params string[] expected) => new(
        name,
        project =>
        {
            act(project);
            return Task.CompletedTask;
        },
        expected);
}
