namespace Buildx.Protocol.Explanations;

/// <summary>What may have happened to the subject of a cause.</summary>
public static class CauseChanges
{
    public const string Added = "added";

    public const string Removed = "removed";

    public const string Content = "content";

    public const string Mode = "mode";

    public const string Owner = "owner";

    public const string Kind = "kind";

    public const string Link = "link";

    public const string Attributes = "attributes";

    /// <summary>The same file under another name, which the cause has as what it was.</summary>
    public const string Renamed = "renamed";
}
