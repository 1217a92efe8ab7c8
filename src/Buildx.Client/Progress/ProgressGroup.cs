namespace Buildx.Client.Progress;

/// <summary>Several vertices that are shown as one step.</summary>
/// <param name="IsWeak">Whether a group of nothing but such vertices stays hidden.</param>
public sealed record ProgressGroup(string Id, string Name, bool IsWeak);
