namespace Buildx.Bake.Compose;

/// <summary>What a tag says about merging with the files before.</summary>
internal enum ComposeTag
{
    None,

    /// <summary><c>!override</c>: take this instead of what is there.</summary>
    Override,

    /// <summary><c>!reset</c>: take nothing, and not what is there either.</summary>
    Reset,
}
