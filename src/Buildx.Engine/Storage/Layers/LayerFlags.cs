namespace Buildx.Engine.Storage;

[Flags]
internal enum LayerFlags
{
    None = 0,

    /// <summary>There are whiteouts or opaque directories, which mean nothing unless laid over something.</summary>
    Hides = 1,

    /// <summary>There is nothing in it at all.</summary>
    Empty = 2,
}
