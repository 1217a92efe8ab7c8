namespace Buildx.Engine.BuildRecords;

/// <summary>A piece of a build's work, as it is written into a trace.</summary>
/// <param name="Parent">Empty for the build itself.</param>
internal sealed record BuildSpan(string Id, string Parent, string Name, DateTimeOffset Start, DateTimeOffset End)
{
    /// <summary>Values are texts, numbers or flags.</summary>
    public IReadOnlyList<(string Key, object Value)> Attributes { get; init; } = [];

    public IReadOnlyList<(string Message, DateTimeOffset Time)> Warnings { get; init; } = [];

    /// <summary>What had to be there first.</summary>
    public IReadOnlyList<string> Links { get; init; } = [];

    /// <summary>Empty when it went well.</summary>
    public string Error { get; init; } = "";
}
