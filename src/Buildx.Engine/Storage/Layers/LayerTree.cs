namespace Buildx.Engine.Storage;

/// <summary>What is known of a layer's directory once it's complete.</summary>
/// <param name="Size">Bytes on disk.</param>
internal readonly record struct LayerTree(long Size, LayerFlags Flags);
